"""Pictures to upload, drawn here."""

import io

from PIL import Image


def drawn(width: int = 1600, height: int = 1200, form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture with something in it."""
    picture = Image.linear_gradient("L").resize((width, height)).convert(mode)
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()
