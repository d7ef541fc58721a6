# Tributary. `make help` lists what there is; `make run` and `make test` need nothing beforehand but
# a Debian 12 machine.

SHELL := /bin/bash
.DEFAULT_GOAL := help
BUILD := build
JOBS := $(shell nproc)
PROGRAMS := tributary-collector tributary-hub tributary-lab demo-app

# Debian 12's own packages: what the build needs, and what the tests run against.
BUILD_PACKAGES := g++ make cmake ninja-build ccache lld binutils \
  libboost1.81-dev libssl-dev zlib1g-dev libdeflate-dev libzstd-dev libsnappy-dev libre2-dev \
  libyaml-dev rapidjson-dev libsqlite3-dev
# For the console's page; any other npm with node 18.19 or later does.
BUILD_PACKAGES += $(if $(shell command -v npm),,nodejs npm)
RUN_PACKAGES := python3 ca-certificates awscli
CONTAINER_PACKAGES := podman runc buildah
TEST_PACKAGES := libgtest-dev libgmock-dev prometheus prometheus-node-exporter victoria-metrics \
  openssl curl git skopeo shellcheck systemd chromium
LINT_PACKAGES := clang-format-19 clang-tidy-19
BENCH_PACKAGES := libbenchmark-dev
FUZZ_PACKAGES := clang-19 libclang-rt-19-dev

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: setup-run build ## Build all, then run the whole topology end to end and show it
	@tools/run

.PHONY: walkthrough
walkthrough: setup-walkthrough build ## examples/cross-account-ecs from set-up to clean-up (DRIVER=processes, APP=go)
	@tools/walkthrough

.PHONY: images
images: setup-walkthrough build ## Build the container images of collector, hub and demo application
	@tools/images

.PHONY: test
test: setup-test build ## Build all and run every test
	@echo "build: the tests, into $(BUILD)/dev (minutes, the first time)"
	@cmake --preset dev > $(BUILD)/dev-configure.log || { cat $(BUILD)/dev-configure.log; exit 1; }
	@cmake --build $(BUILD)/dev -j $(JOBS) -- --quiet
	@tools/test

.PHONY: build
build: setup-build ## Build the programs into build/release/bin
	@mkdir -p $(BUILD)
	@tools/web
	@echo "build: the programs, into $(BUILD)/release/bin (minutes, the first time)"
	@cmake --preset release > $(BUILD)/release-configure.log || \
	  { cat $(BUILD)/release-configure.log; exit 1; }
	@cmake --build $(BUILD)/release -j $(JOBS) --target $(PROGRAMS) -- --quiet

.PHONY: bench
bench: setup-bench build ## Micro benchmarks, then collector and hub beside their peers (../shared/bench)
	@tools/bench

.PHONY: fuzz
fuzz: setup-fuzz ## Run every fuzz target for FUZZ_SECONDS (60) each
	@tools/fuzz

.PHONY: sanitize
sanitize: setup-test ## Build with ASan+UBSan and with TSan, run every test with each (an hour on 2 cores)
	@tools/sanitize

.PHONY: fmt
fmt: setup-lint ## Format the sources
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i
	@tools/web packages && cd web && node_modules/.bin/biome check --write --log-level=error src tests

.PHONY: lint
lint: setup-lint ## Check formatting, types, the rules of tools/tidy.py, and clang-tidy on what changed
	@tools/lint

.PHONY: clean
clean: ## Remove everything built
	rm -rf $(BUILD) web/dist

# Installing is quick when nothing is missing: dpkg is asked first.
.PHONY: setup-build setup-run setup-walkthrough setup-test setup-lint setup-bench setup-fuzz
setup-build: ; @tools/setup $(BUILD_PACKAGES)
setup-run: ; @tools/setup $(BUILD_PACKAGES) $(RUN_PACKAGES)
setup-walkthrough: ; @tools/setup $(BUILD_PACKAGES) $(RUN_PACKAGES) $(CONTAINER_PACKAGES)
setup-test: ; @tools/setup $(BUILD_PACKAGES) $(RUN_PACKAGES) $(CONTAINER_PACKAGES) $(TEST_PACKAGES)
setup-lint: ; @tools/setup $(BUILD_PACKAGES) $(TEST_PACKAGES) $(LINT_PACKAGES) python3
setup-bench: ; @tools/setup $(BUILD_PACKAGES) $(BENCH_PACKAGES) $(TEST_PACKAGES)
setup-fuzz: ; @tools/setup $(BUILD_PACKAGES) $(FUZZ_PACKAGES)
