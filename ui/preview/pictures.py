"""Pictures as raw RGB, made smaller where they are larger than asked for."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, TiffImagePlugin, WebPImagePlugin

from asl_desktop.i18n import mark, tr
from ui.preview.protocol import MAX_DRAWN, MAX_PIXELS, MAX_SIDE, Kind, Note, Reason, Request, Shown, refused

_FORMATS = (
    mark("BMP"),
    mark("GIF"),
    mark("JPEG"),
    mark("PNG"),
    TiffImagePlugin.TiffImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)


def load() -> None:
    """Load what is otherwise loaded on first use."""
    Image.MAX_IMAGE_PIXELS = None  # our own bound is asked first, and gives a number to name
    Image.preinit()


def show(data: bytes, request: Request) -> Shown:
    """Return a picture, made smaller where it is larger than asked for."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        width, height = picture.size
        if width * height > MAX_PIXELS:
            return refused(Reason.TOO_MANY_PIXELS, width, height)
        several = getattr(picture, "is_animated", False)
        picture.draft(tr("RGB"), (request.width, request.width))
        tallest = min(MAX_SIDE, MAX_DRAWN // max(1, min(request.width, width)))
        ImageOps.exif_transpose(picture, in_place=True)
        if picture.mode == "P":
            picture = picture.convert(tr("RGBA") if "transparency" in picture.info else tr("RGB"))
        picture.thumbnail((request.width, tallest))
        plain = _on_white(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at all over hostile bytes
        return refused(Reason.BROKEN)
    notes = Note.FIRST_PICTURE if several else Note(0)
    return Shown(Kind.PICTURE, int(notes), plain.width, plain.height, body=plain.tobytes())


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode not in {"RGBA", "LA", "PA"} and "transparency" not in picture.info:
        return picture.convert(tr("RGB"))
    clear = picture.convert(tr("RGBA"))
    return Image.alpha_composite(Image.new(tr("RGBA"), clear.size, "white"), clear).convert(tr("RGB"))
