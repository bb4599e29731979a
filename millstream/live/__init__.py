"""Shows and their rooms: rundown, pins, trade, talk, replay, and the studio of the host."""
