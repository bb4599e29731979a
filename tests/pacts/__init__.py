"""Tests of the pacts."""
