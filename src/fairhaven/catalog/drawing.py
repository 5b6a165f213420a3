"""Small pictures that the server draws itself: a badge for other people's pages, and a line of a history."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

_COLOURS = {"good": "#17693a", "warn": "#825300", "bad": "#b0261d", "quiet": "#56616b"}
_FONT = "Verdana,Geneva,DejaVu Sans,sans-serif"
_LETTER = 6.6  # width of a letter of 11 px Verdana, on average
WIDTH, HEIGHT = 240.0, 48.0
_ROOM = 4.0


def badge(label: str, value: str, tone: str) -> str:
    """An SVG of two words side by side, as READMEs show them."""
    left, right = (round(len(text) * _LETTER + 14) for text in (label, value))
    words = escape(f"{label}: {value}")
    whole = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" '
        f'aria-label="{words}">'
        f"<title>{words}</title>"
        f'<rect width="{whole}" height="20" rx="3" fill="#3a444d"/>'
        f'<path d="M{left} 0h{right - 3}q3 0 3 3v14q0 3-3 3h-{right - 3}z" fill="{_COLOURS[tone]}"/>'
        f'<g fill="#fff" font-family="{_FONT}" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(value)}</text></g></svg>\n'
    )


def line(values: Sequence[float], most: float = 100.0) -> Sequence[tuple[float, float]]:
    """Where the points of a history stand in a picture of `WIDTH` by `HEIGHT`, from zero to `most`."""
    if not values:
        return ()
    step = (WIDTH - 2 * _ROOM) / max(1, len(values) - 1)
    inner = HEIGHT - 2 * _ROOM
    return [
        (round(_ROOM + number * step, 1), round(HEIGHT - _ROOM - inner * min(value, most) / most, 1))
        for number, value in enumerate(values)
    ]


def tone(percentage: float) -> str:
    """The colour of a share of points: the same on badges and pages."""
    return "good" if percentage >= 75 else "warn" if percentage >= 40 else "bad"
