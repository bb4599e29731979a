"""The supervisor of `millstream up`: one terminal, every process, started and stopped in order. No Django here."""
