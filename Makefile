# psyrad - one entry to everything.  `make help` lists the targets; README.md tells the story.
#
# Every recipe uses relative paths and quotes what it expands, so that a checkout in "My Documents" works.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := all
MAKEFLAGS += --no-print-directory
export PG_CONFIG ?= pg_config
# Folders are found from here, wherever the user's shell looks for them.
unexport CDPATH

cluster = migrations/bin/cluster
# The server in use: PSYRAD_URL when the user has one, else the private cluster's.
url = $${PSYRAD_URL:-$$($(cluster) url)}

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

deps: ## install every Debian package that building, the demo and the tests need
	@.ci/deps all

all: ## build the library, the extensions, the tool psyrad and the report page
	@.ci/deps build
	@$(MAKE) build

# What `all` does once the packages are there.
build:
	@$(MAKE) -s -j2 -C src
	@$(MAKE) -s -C extensions
	@$(MAKE) -s -C ingest
	@$(MAKE) -s -C sql

up: ## make and start the server (the private cluster) and bring its schema up to date
	@.ci/deps demo
	@$(MAKE) build
	@if [ -z "$${PSYRAD_URL:-}" ]; then $(MAKE) -s stage && $(cluster) up; fi
	@migrations/bin/deploy deploy "$(url)"

# Extensions for the private cluster go into its own stage, not into the system.
stage:
	@stage=$$($(cluster) stage-path); $(MAKE) -s -C extensions install DESTDIR="$$stage" >/dev/null

down: ## stop the private cluster (its data stay)
	@$(cluster) down

url: ## print the libpq URI of the server in use, and nothing else
	@echo "$(url)"

psql: ## open psql on the warehouse
	@psql "$(url)"

ask: ## list the questions; with N=7, answer the seventh
	@build/bin/psyrad --db "$(url)" ask $(or $(N),list)

demo: ## install what is missing, build, start, load, answer; ends by saying where to look
	@$(MAKE) up
	@sql/demo/run "$(url)"

check: ## run every test
	@.ci/deps all
	@$(MAKE) build
	@tests/run

bench: ## measure psyrad beside its peers, in one run, and print the ratios
	@.ci/deps bench
	@$(MAKE) build
	@tests/bench/run

check-asan: ## run the tests under address and undefined-behaviour sanitizers, in a server built with them (once, 5 to 20 minutes)
	@.ci/deps asan
	@tests/sanitize/asan $(EXTENSIONS)

check-deps: build ## prove the dependency rule: symbols of the library, headers, exports of the modules
	@tests/check-deps

install: build ## install the extensions and the tool for the server of PG_CONFIG (DESTDIR and PREFIX are honoured)
	@$(MAKE) -s -C extensions install DESTDIR='$(DESTDIR)'
	@$(MAKE) -s -C ingest install DESTDIR='$(DESTDIR)'

clean: ## remove what was built (not the private cluster)
	@$(MAKE) -s -C extensions clean >/dev/null 2>&1 || true
	@rm -rf build

destroy: ## stop the private cluster and delete it with all its data
	@$(cluster) destroy

.PHONY: help deps all build up stage down url psql ask demo check bench check-asan check-deps install clean destroy
