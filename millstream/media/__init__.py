"""Streams, keys and recordings; `media/plane` is the process that carries the pictures."""
