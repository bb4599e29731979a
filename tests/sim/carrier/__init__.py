"""Tests of the simulated carrier."""
