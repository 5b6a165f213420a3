"""Contrast of accent colours with what they stand on (WCAG 2.2 §1.4.3: at least 4.5 for text).

The grounds are those of `ui/static/fairhaven.css`; a test holds them together.
"""

import colorsys
from collections.abc import Sequence
from typing import TypeAlias

ENOUGH = 4.5
GROUNDS = {"light": ("#ffffff", "#f5f7f8"), "dark": ("#101418", "#171c22")}
USUAL = {"light": "#0b5d85", "dark": "#74bde6"}
_CHOSEN = 0.10  # how much of the accent is in the ground of the chosen entry of the rail
Rgb: TypeAlias = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    light, dark = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def least(accent: str, scheme: str) -> float:
    """The least contrast that the accent has with any ground of pages in this scheme."""
    return min(contrast(accent, ground) for ground in _grounds(accent, scheme))


def enough(accent: str, scheme: str) -> bool:
    return least(accent, scheme) >= ENOUGH


def suggested(accent: str, scheme: str) -> str:
    """The colour of the same hue, nearest to this one, that has enough contrast."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(accent))
    steps = [step / 200 for step in range(201)]
    nearest = sorted(steps, key=lambda step: abs(step - lightness))
    tried = (_hex(colorsys.hls_to_rgb(hue, step, saturation)) for step in nearest)
    return accent.lower() if enough(accent, scheme) else next(each for each in tried if enough(each, scheme))


def ink_on(accent: str) -> str:
    """What is written on the accent: black or white, whichever is read better; one always has 4.5."""
    return max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, accent))


def _grounds(accent: str, scheme: str) -> Sequence[str]:
    paper = GROUNDS[scheme][0]
    mixed = tuple(_CHOSEN * a + (1 - _CHOSEN) * b for a, b in zip(_rgb(accent), _rgb(paper), strict=True))
    return [*GROUNDS[scheme], _hex((mixed[0], mixed[1], mixed[2]))]


def _luminance(colour: Rgb) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
