"""Segmentation without training: separate objects from background, fill them, number them, measure them.

`watershed` floods the edges of the image from what is surely object and surely background; it copes with
uneven light and is the best choice for most photographs. The others compare grey values with a threshold.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.ndimage import binary_fill_holes
from skimage.color import label2rgb
from skimage.filters import sobel, threshold_li, threshold_local, threshold_multiotsu, threshold_otsu
from skimage.measure import label, regionprops
from skimage.segmentation import mark_boundaries, relabel_sequential, watershed

Grey = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]

FORMATS = ("PNG", "JPEG", "TIFF")
HIGH_DEPTH = {"I;16", "I;16B", "I;16L", "I", "F"}
MAX_PIXELS = 16_000_000


def read(path: str | Path) -> Grey:
    """Return an image file as grey values (height, width), stretched to 0..1.

    Raises:
        ValueError: not a PNG, JPEG or TIFF, too large, or without any contrast.
    """
    try:
        with Image.open(path, formats=FORMATS) as file:
            _check_size(file)
            upright = ImageOps.exif_transpose(file)
            deep = upright.mode in HIGH_DEPTH  # "L" would cut 16-bit values off at 255
            grey = np.asarray(upright if deep else upright.convert("L"), dtype=np.float64)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this file is not a readable image: send a PNG, JPEG or TIFF") from error
    return _stretch(grey)


def segment(grey: Grey, method: str = "watershed", foreground: str = "bright", min_area: int = 200) -> Labels:
    """Return an image of labels (height, width): 0 for background, 1..n for the objects.

    Args:
        grey: grey values, 0..1.
        method: one of `METHODS`.
        foreground: whether the objects are "bright" or "dark".
        min_area: objects of fewer pixels are taken for dirt.

    Raises:
        ValueError: the method does not exist, or the image has too few grey values for it.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}: choose one of {', '.join(METHODS)}")
    mask = METHODS[method](1 - grey if foreground == "dark" else grey)
    objects = label(binary_fill_holes(mask))
    return _without_small(objects, min_area)


def measure(objects: Labels) -> dict[str, Any]:
    """Return count, coverage (0..1), and area, diameter and centre [x, y] of each object, in pixels."""
    regions = regionprops(objects)
    return {
        "count": len(regions),
        "coverage": float((objects > 0).mean()),
        "areas": [int(region.area) for region in regions],
        "diameters": [round(float(region.equivalent_diameter_area), 1) for region in regions],
        "centres": [[round(float(x), 1), round(float(y), 1)] for y, x in (r.centroid for r in regions)],
        "width": objects.shape[1],
        "height": objects.shape[0],
    }


def draw(grey: Grey, objects: Labels, output: str = "overlay") -> bytes:
    """Return a PNG: "overlay" (colours on the image), "mask" (white on black) or "labels" (16-bit numbers).

    Raises:
        ValueError: the output does not exist, or there are more objects than 16 bits can number.
    """
    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    match output:
        case "overlay":
            pixels = _overlay(grey, objects)
        case "mask":
            pixels = np.where(objects > 0, 255, 0).astype(np.uint8)
        case "labels":
            pixels = _numbered(objects)
        case _:
            raise ValueError(f"there is no output {output!r}: choose overlay, mask or labels")
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    return png.getvalue()


def _check_size(file: Image.Image) -> None:
    if file.width * file.height > MAX_PIXELS:
        raise ValueError(f"the image is too large: send at most {MAX_PIXELS // 1_000_000} million pixels")


def _stretch(grey: Grey) -> Grey:
    low, high = grey.min(), grey.max()
    if not np.isfinite(high - low) or high == low:
        raise ValueError("the image has one single grey value: there is nothing to tell apart in it")
    return np.asarray((grey - low) / (high - low))


def _watershed(grey: Grey) -> Mask:
    try:
        low, high = threshold_multiotsu(grey, classes=3)
    except ValueError as error:
        raise ValueError("the image has fewer than three grey values: choose otsu or li") from error
    sure = np.where(grey < low, 1, np.where(grey > high, 2, 0))
    return np.asarray(watershed(sobel(grey), sure) == 2)


def _local(grey: Grey) -> Mask:
    window = max(3, min(grey.shape) // 3) | 1  # an odd number of pixels, larger than the objects
    return np.asarray(grey > threshold_local(grey, window))


METHODS: dict[str, Callable[[Grey], Mask]] = {
    "watershed": _watershed,
    "otsu": lambda grey: np.asarray(grey > threshold_otsu(grey)),
    "li": lambda grey: np.asarray(grey > threshold_li(grey)),
    "local": _local,
}


def _without_small(objects: Labels, min_area: int) -> Labels:
    keep = np.bincount(objects.ravel()) >= min_area
    keep[0] = False
    return np.asarray(relabel_sequential(np.where(keep[objects], objects, 0))[0])


def _numbered(objects: Labels) -> NDArray[np.uint16]:
    if objects.max() > np.iinfo(np.uint16).max:
        raise ValueError("more than 65,535 objects do not fit into a 16-bit picture: raise min_area")
    return objects.astype(np.uint16)


def _overlay(grey: Grey, objects: Labels) -> NDArray[np.uint8]:
    coloured = label2rgb(objects, grey, alpha=0.35, bg_label=0)
    return np.asarray(mark_boundaries(coloured, objects, color=(1, 1, 1)) * 255, dtype=np.uint8)
