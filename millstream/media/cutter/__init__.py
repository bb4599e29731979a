"""Cutting clips out of recordings: an engine without Django that runs as a niced child, one clip a run."""
