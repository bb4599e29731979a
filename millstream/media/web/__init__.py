"""The hooks by which a media engine asks and tells."""
