// Package fault decides what goes wrong, and counts it.
//
// It holds the rates of every fault that the sandbox can inject, rolls the dice, and wraps an HTTP handler with the faults of an API.
// How a fault looks on the wire is the platform's affair (Dialect); what becomes of a webhook is the delivery's.
//
// Dice are counted, not timed: the n-th roll for a fault on a stream depends on the seed, the fault, the stream and n alone. So one
// caller that does the same things in the same order meets the same faults, however the goroutines of the sandbox are scheduled.
package fault
