// Package bench measures parts of lytter beside other people's software that does the same, in one run on one machine: machines differ and
// ratios travel. It is a module of its own, so that no peer becomes a dependency of the product.
//
// Its tests hold the peers to the same answers; its benchmarks print both rates and their ratio:
//
//	go test ./...
//	go test -run '^$' -bench . ./...
//
// What is measured of the desk as a whole, from webhook to screen, is `lytter bench`.
//
// The package must not reach into lytter's internals: a peer is given what any caller has.
package bench
