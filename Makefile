# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each target makes what it needs: Python tools, Debian packages (as root), the lab. Nothing has to be prepared by hand.
# `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
RUN := tests/tools/run

.DEFAULT_GOAL := help
.PHONY: help venv env lint unit unit-oldest sanity sanity-all molecule kernel demo demo-down bench test test-all docs build clean

help: ## This list
	@sed -n -E 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | tr -s '$$' | column -t -s $$'\t'

venv: ## The Python tools, in the cache outside the checkout
	@$(RUN) true

env: ## Prints the environment: eval "$$(make -s env)"
	@$(RUN) --print-env

lint: ## All linters
	@$(RUN) python tests/tools/lint.py

unit: ## Unit tests
	@$(RUN) pytest -n 4 $(PYTEST_ARGS)

unit-oldest: ## The unit tests of the host code with the oldest Python of a host
	@$(RUN) tests/tools/oldest $(PYTEST_ARGS)

sanity: ## ansible-test sanity
	@$(RUN) tests/tools/sanity

sanity-all: ## The same, with compile and import on every Python that pyenv has
	@$(RUN) tests/tools/sanity --all-pythons

molecule: ## The default scenario in the lab
	@$(RUN) molecule test

kernel: ## The option table and the sh library against the lab's kernel (half an hour)
	@$(RUN) pytest -v -s tests/lab

demo: ## Two hosts and their switches, from plain eth0 to a proved LACP link
	@$(RUN) molecule/lab/lab up
	@$(RUN) bash -c 'for play in site prove; do ansible-playbook -i "$$TRUNKLINE_CACHE/lab/run/inventory.yml" -i molecule/default/inventory/bonded -l kvm1,kvm2,switches "trunkline.bonding.$$play"; done'
	@echo 'look inside: tests/tools/run molecule/lab/lab exec kvm1    (or kvm2, leaf1, leaf2)'
	@echo 'from the start again: tests/tools/run molecule/lab/lab reset && make demo'

demo-down: ## Stops the lab and removes what it has made
	@$(RUN) molecule/lab/lab down

bench: ## The figures: executions, CPU, lost pings, seconds to come back
	@$(RUN) python benchmarks/bench.py

test: ## lint, unit, sanity and the default scenario
	@tests/tools/stages lint unit sanity molecule

test-all: ## Everything: all scenarios, all Pythons, and the installed collection
	@tests/tools/stages lint unit unit-oldest sanity-all build kernel $(patsubst molecule/%/molecule.yml,scenario-%,$(wildcard molecule/*/molecule.yml))

scenario-%:
	@$(RUN) molecule test --scenario-name $*

docs: ## The pages that are generated from the code
	@$(RUN) python tests/tools/findings_page.py
	@$(RUN) python tests/update_docs.py

build: ## The tarball, installed offline once as a check
	@$(RUN) tests/tools/build

clean: ## Removes what builds and tests have left in the checkout
	@rm -rf .cache .hypothesis .pytest_cache .ruff_cache .ansible tests/output trunkline-bonding-*.tar.gz
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
