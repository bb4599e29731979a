"""Publishing from a browser by WHIP."""
