"""Pictures of pages, stored small."""

import io
from pathlib import Path

import numpy
from PIL import Image

_COLOURS = 256
_EXACT = 64


def keep(picture: bytes, path: Path) -> None:
    """Store a PNG with a palette of its own, which takes a third of the room and looks the same.

    The most frequent colours stay as they are, for the large areas; the others are near enough to be told apart, also
    those of a small mark.
    """
    with Image.open(io.BytesIO(picture)) as image:
        _with_palette(image.convert("RGB")).save(path, optimize=True)


def _with_palette(image: Image.Image) -> Image.Image:
    numbers = numpy.asarray(image).reshape(-1, 3).astype(int) @ (1 << 16, 1 << 8, 1)
    different, where, counts = numpy.unique(numbers, return_inverse=True, return_counts=True)
    colours = different[:, None] >> (16, 8, 0) & 255
    frequent = colours[numpy.argsort(-counts)[:_EXACT]]
    others = image.quantize(_COLOURS - len(frequent), method=Image.Quantize.FASTOCTREE).getpalette() or []
    palette = numpy.concatenate([frequent, numpy.reshape(others, (-1, 3))])[:_COLOURS]
    distances = (colours[:, None] - palette) ** 2
    nearest = distances.sum(axis=2).argmin(axis=1).astype(numpy.uint8)
    small = Image.fromarray(nearest[where.reshape(image.height, image.width)])
    small.putpalette(palette.astype(numpy.uint8).tobytes())
    return small
