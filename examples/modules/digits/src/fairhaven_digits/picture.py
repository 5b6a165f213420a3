"""From any picture of one digit to the 8x8 grid of ink that the model knows.

Follows the preparation of the UCI data set (Alpaydin and Kaynak, 1998): the digit is cut out, fitted into
32x32 pixels, and the ink of each 4x4 block is averaged.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Pixels = NDArray[np.float64]

FORMATS = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000
MIN_CONTRAST = 0.1
INK = 0.25  # the part of the darkest ink that still counts as the digit


def read(path: str | Path) -> Pixels:
    """Return the digit of an image file as an 8x8 grid of ink, 0 (none) to 1 (full).

    Raises:
        ValueError: not a PNG or JPEG, too large, or blank.
    """
    return grid(ink(_grey(path)))


def ink(grey: Pixels) -> Pixels:
    """Return how far each pixel is from the background, 0 to 1, whether the digit is dark or light.

    Raises:
        ValueError: the picture has no contrast.
    """
    background = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    dark_on_light = background > (grey.min() + grey.max()) / 2
    strokes = np.clip(background - grey if dark_on_light else grey - background, 0, None)
    if strokes.max() < MIN_CONTRAST:
        raise ValueError("the image looks blank: send one digit, dark on light or light on dark")
    return np.asarray(strokes / strokes.max())


def grid(strokes: Pixels) -> Pixels:
    """Cut the digit out of an image of ink (any size), fit it into 32x32 and average blocks: 8x8."""
    digit = _cut_out(strokes)
    scale = 32 / max(digit.shape)
    height, width = (max(1, round(side * scale)) for side in digit.shape)
    resampling = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    fitted = Image.fromarray(digit.astype(np.float32)).resize((width, height), resampling)
    canvas = Image.new("F", (32, 32))
    canvas.paste(fitted, ((32 - width) // 2, (32 - height) // 2))
    blocks = np.asarray(canvas, dtype=np.float64).reshape(8, 4, 8, 4)
    return np.asarray(blocks.mean(axis=(1, 3)))


def _grey(path: str | Path) -> Pixels:
    try:
        with Image.open(path, formats=FORMATS) as file:
            _check_size(file)
            upright = ImageOps.exif_transpose(file).convert("RGBA")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this file is not a readable image: send a PNG or JPEG of one digit") from error
    paper = Image.new("RGBA", upright.size, "white")  # drawings on the web are often transparent
    return np.asarray(Image.alpha_composite(paper, upright).convert("L"), dtype=np.float64) / 255


def _check_size(file: Image.Image) -> None:
    if file.width * file.height > MAX_PIXELS:
        raise ValueError(f"the image is too large: send at most {MAX_PIXELS // 1_000_000} million pixels")


def _cut_out(strokes: Pixels) -> Pixels:
    rows = np.flatnonzero((strokes > INK).any(axis=1))
    columns = np.flatnonzero((strokes > INK).any(axis=0))
    return strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
