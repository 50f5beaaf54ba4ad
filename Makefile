# The front door. Each target sets up what it needs; `make help` names them all.
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
ROW ?=
DURATION ?= 600

RELEASE = .build/release/pangaea
PROGRAM ?= $(RELEASE)
RUNTIME ?= $(PROGRAM)-oci
# A section for each function, so that the linker can lay those of a start side by side. Types are asked for by their
# accessors: looked up by their mangled names, as is smaller, they cost a start a tenth of its instructions.
FRONTEND = -function-sections -disable-concrete-type-metadata-mangled-name-accessors
RELEASE_BUILD = $(SWIFT) build -c release $(foreach flag,$(FRONTEND),-Xswiftc -Xfrontend -Xswiftc $(flag))
CLASSIC = unshare nsenter lsns ps pstree kill hostname
SWIFT_SOURCES = Package.swift Sources Tests $(wildcard Examples Benchmarks)

.PHONY: help lab test build lint bench docs install engines conformance soak faults attacks screenshots vm

help: ## say what each target does
	@awk -F ":.*## " '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: build ## run every experiment of the course on this kernel and print the verdicts
	@$(RELEASE) lab check || { status=$$?; [ $$status -ne 77 ] \
	    || echo 'make lab: nothing went wrong, but not all could be looked at; make calls that an error:'; exit $$status; }

test: ## run every test; the last line is `N passed, N failed, N skipped`
	@.ci/packages build test engines
	@SWIFT='$(SWIFT)' Tests/run

build: ## build the programs: .build/release/pangaea and pangaea-oci, one static file each
	@.ci/packages build
	@$(RELEASE_BUILD) --product pangaea
	@$(RELEASE_BUILD) --product pangaea-oci

lint: ## hold the rules of the house: format, imports, lengths, documentation
	@.ci/packages build lint
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@Tests/House/check
	@Tests/Conformance/list --check

bench: build ## measure each claim of speed beside its peer (ROW=ps for one row)
	@.ci/packages bench
	@SWIFT='$(SWIFT)' Benchmarks/run $(ROW)

soak: build ## let what runs for long do so under 200 forks a second (DURATION=600 seconds) and look whether it grows
	@.ci/packages test
	@Tests/Soak/run $(RELEASE) $(DURATION)

docs: build ## make the manual pages, the library's documentation, and try the README's examples
	@.ci/packages docs
	@SWIFT='$(SWIFT)' Documentation/make $(RELEASE)
	@Tests/Readme/test $(RELEASE)

engines: $(if $(filter $(RELEASE)-oci,$(RUNTIME)),build) ## drive podman, containerd and Docker over pangaea-oci (RUNTIME=...) and a peer
	@.ci/packages engines
	@for engine in podman containerd docker; do Tests/Guard/guard Tests/Engines/run $$engine $(RUNTIME) || failed=1; done; [ -z "$$failed" ]

conformance: $(if $(filter $(RELEASE)-oci,$(RUNTIME)),build) ## run the OCI runtime tools' validation over runc, crun and pangaea-oci, make Documentation's table
	@.ci/packages conformance
	@Tests/Conformance/run $(RUNTIME)

faults: $(if $(filter $(RELEASE)-oci,$(RUNTIME)),build) ## let each system call of create, start, exec, kill and delete fail, with each of several errors
	@.ci/packages build test
	@Tests/Guard/guard Tests/Faults/run --all $(RUNTIME)

attacks: $(if $(filter $(RELEASE)-oci,$(RUNTIME)),build) ## mount the known escapes from containers, and a race of a minute
	@.ci/packages build test
	@RACE_SECONDS=60 Tests/Guard/guard Tests/Attacks/run $(RUNTIME)

vm: $(if $(filter $(RELEASE)-oci,$(RUNTIME)),build) ## boot Debian with systemd in qemu: systemd's control groups, AppArmor, SELinux, checkpoint and restore (RUNTIME=...)
	@.ci/packages vm
	@Tests/Guard/guard Tests/VirtualMachine/run $(RUNTIME)

screenshots: build ## take the pictures of the pages that the documentation shows anew
	@.ci/packages test
	@SCREENSHOTS=Documentation/pictures ONLY=link Tests/Browser/run $(RELEASE)
	@SCREENSHOTS=Documentation/pictures ONLY=chapter Tests/Browser/course $(RELEASE)

# The classic names do not shadow the system's: they lie in a folder that a PATH may put first.
install: $(if $(filter $(RELEASE),$(PROGRAM)),build) ## install below PREFIX (/usr/local): programs, classic names in libexec/pangaea/bin, man pages, completions, schemas
	@install -D -m 755 $(PROGRAM) '$(DESTDIR)$(PREFIX)/bin/pangaea'
	@install -D -m 755 $(RUNTIME) '$(DESTDIR)$(PREFIX)/bin/pangaea-oci'
	@mkdir -p '$(DESTDIR)$(PREFIX)/libexec/pangaea/bin'
	@for name in $(CLASSIC); do ln -sfn ../../../bin/pangaea '$(DESTDIR)$(PREFIX)'/libexec/pangaea/bin/$$name; done
	@$(PROGRAM) generate '$(DESTDIR)$(PREFIX)/share'
	@$(RUNTIME) generate '$(DESTDIR)$(PREFIX)/share'
	@mkdir -p '$(DESTDIR)$(PREFIX)/share/doc/pangaea/schemas'
	@install -m 644 Documentation/schemas/*.json '$(DESTDIR)$(PREFIX)/share/doc/pangaea/schemas'
	@echo "installed below $(DESTDIR)$(PREFIX); for the classic names, put $(PREFIX)/libexec/pangaea/bin first in PATH"
