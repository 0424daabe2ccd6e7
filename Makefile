# Lytter. `make help` lists what there is.
SHELL := bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A package may take as long as a slow machine needs: what hangs is found all the same, and tells where.
TIMEOUT ?= 30m

test: ## pass all tests
	go test -timeout $(TIMEOUT) ./...

demo: ## three simulated platforms, live traffic, the desk on screen
	go run ./cmd/lytter demo

build: ## bin/lytter, static, for this machine
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/lytter ./cmd/lytter

cross: ## dist/: static binaries for linux, macOS and Windows, amd64 and arm64
	@mkdir -p dist
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		ext=; [ $$os = windows ] && ext=.exe; \
		echo "$$os/$$arch"; \
		GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags '$(LDFLAGS)' -o dist/lytter-$$os-$$arch$$ext ./cmd/lytter || exit 1; \
	done; done

bench: build ## measure: ack, ingest, index, rules, search, screens
	bin/lytter bench all

bench-rules: ## 100 to 100,000 rules: ours, expr, CEL, a Bleve query per rule, as a table
	go -C bench test -run '^$$' -bench '^BenchmarkRules$$' -benchtime 2x -timeout 30m -v

check: lint race ## lint, tests with the race detector, everything tidy
	go mod tidy -diff
	go -C tools mod tidy -diff
	go -C bench mod tidy -diff

lint: bin/golangci-lint ## the linters, the arrows of the house among them
	go vet ./...
	bin/golangci-lint run ./...
	bin/golangci-lint fmt --diff ./...

fmt: bin/golangci-lint ## format
	bin/golangci-lint fmt ./...

race: ## tests with the race detector
	CGO_ENABLED=1 go test -race -timeout $(TIMEOUT) ./...

kill: ## have the desk die at every failpoint; LYTTER_KILLS=1000 goes on
	go vet -tags failpoints ./cmd/lytter ./internal/...
	go test -tags failpoints -count=1 -v -run TestKill -timeout 3h ./cmd/lytter

# By number, as 100000x, and not by time, as 10m: when a time is over, go sometimes takes its own deadline for a failure of the target.
FUZZTIME ?= 20000x
fuzz: ## each fuzz target FUZZTIME (20000x); all of them, also when one fails
	@failed=; for at in $$(grep -rl --include='*_test.go' --exclude-dir=bench '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$at/*_test.go | cut -c 6- | sort -u); do \
			go test -timeout $(TIMEOUT) -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$at || failed="$$failed $$at:$$f"; \
		done; \
	done; if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

golden: ## write the goldens anew; look at the difference before you commit it
	go test ./tui/... -update
	LYTTER_UPDATE=1 go test ./cmd/lytter -run TestScripts

bin/golangci-lint: tools/go.mod
	go build -C tools -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: help test demo build cross bench bench-rules check lint fmt race kill fuzz golden
