"""Publishing from a browser by WHIP (RFC 9725): an answerer in this process, no other program."""
