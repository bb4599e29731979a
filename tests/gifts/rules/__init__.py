"""Tests of gifts."""
