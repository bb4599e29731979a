# Everything is in run.py; `make X` is `python3 run.py X`.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := run
.PHONY: run test check bench format lock setup

run test check bench format lock setup:
	@$(PYTHON) run.py $@ $(ARGS)
