# Lytter. `make help` lists what there is.
SHELL := bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## pass all tests
	go test ./...

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
	CGO_ENABLED=1 go test -race ./...

FUZZTIME ?= 10s
fuzz: ## each fuzz target for FUZZTIME
	@set -e; for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

golden: ## write the goldens anew; look at the difference before you commit it
	go test ./tui/... -update
	LYTTER_UPDATE=1 go test ./cmd/lytter -run TestScripts

bin/golangci-lint: tools/go.mod
	go build -C tools -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: help test demo build cross bench check lint fmt race fuzz golden
