"""Template tags for all contexts: `{% load millstream %}`."""
