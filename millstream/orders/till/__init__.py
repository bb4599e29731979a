"""The till: gathers what arrives within a few milliseconds and commits it in one transaction."""
