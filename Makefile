# The front door. Each target sets up what it needs; `make help` names them all.
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
ROW ?=

RELEASE = .build/release/pangaea
SWIFT_SOURCES = Package.swift Sources Tests $(wildcard Examples Benchmarks)

.PHONY: help lab test build lint bench docs install

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: build ## run every experiment of the course on this kernel and print the verdicts
	@$(RELEASE) lab check

test: ## run every test; the last line is `N passed, N failed, N skipped`
	@.ci/packages build test
	@SWIFT='$(SWIFT)' Tests/run

build: ## build the program: .build/release/pangaea, one static file
	@.ci/packages build
	@$(SWIFT) build -c release --product pangaea

lint: ## hold the rules of the house: format, imports, lengths, documentation
	@.ci/packages build lint
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@Tests/House/check

bench: build ## measure each claim of speed beside its peer (ROW=ps for one row)
	@.ci/packages bench
	@SWIFT='$(SWIFT)' Benchmarks/run $(ROW)

docs: build ## make the man pages and try the README's examples
	@.ci/packages docs
	@Documentation/make $(RELEASE)

install: build ## install under PREFIX (default /usr/local): programs, classic names, man pages, completions
	@.ci/install $(RELEASE) '$(DESTDIR)' '$(PREFIX)'
