"""Times, durations, sizes and numbers as people read them; each is a Jinja filter of the same name."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from fairhaven.ui.translations import gettext as _
from fairhaven.ui.translations import locale

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_CLOSING = Markup("</time>")
_CODED = re.compile(r"`([^`\n]{1,200})`")
# An address ends before the full stop or bracket that belongs to the sentence around it.
_ADDRESS = re.compile(r"(https?://[^\s<>\"'`{}|\\^]*[^\s<>\"'`{}|\\^.,;:!?)\]])")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def when(moment: datetime | None, now: datetime | None = None) -> Markup:
    """A `<time>` element: relative in words, exact on hover and for machines; a naive time is UTC."""
    if moment is None:
        return Markup('<span class="muted">{}</span>').format(_("never"))
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    delta = moment - (now or datetime.now(UTC))
    return _opening(moment, locale()) + _relative(delta) + _CLOSING


def coded(text: str) -> Markup:
    """Words with `code` between backticks, as our errors have it, as HTML; the rest is escaped."""
    return Markup(_CODED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def linked(text: str) -> Markup:
    """Plain words in which http(s) addresses are links, as HTML; the rest is escaped."""
    parts = _ADDRESS.split(text)
    found = [
        Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(part, part)
        if number % 2
        else escape(part)
        for number, part in enumerate(parts)
    ]
    return Markup("").join(found)


def said(value: Any) -> Any:
    """The same mapping or list without what is empty at any depth: null, `""`, `{}` and `[]`."""
    if isinstance(value, dict):
        kept = {name: said(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in (None, "", {}, [])}
    if isinstance(value, list):
        return [said(inner) for inner in value]
    return value


def duration(seconds: float | timedelta | None) -> str:
    """Seconds as `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min` or `4 d 3 h`: never more than two parts."""
    if seconds is None:
        return "–"
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    if total < 10:
        return f"{number(max(total, 0), 1)} s"
    whole = round(total)
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit} {rest} {smaller}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def size(count: float | None) -> str:
    """Bytes in IEC units: `512 B`, `1.5 MiB`."""
    if count is None:
        return "–"
    if abs(count) < 1024:
        return f"{count:.0f} B"
    value, unit = float(count), "B"
    for unit in _UNITS:  # noqa: B007 - the last unit reached is the answer
        value /= 1024
        if abs(value) < 1024:
            break
    return f"{number(value, 0 if abs(value) >= 100 else 1)} {unit}"


def number(value: float | None, digits: int | None = None) -> str:
    """A number in the reader's notation, with at most `digits` decimals (three unless told)."""
    if value is None:
        return "–"
    pattern = "#,##0." + "#" * (3 if digits is None else digits)
    return _decimal(value or 0, pattern.rstrip("."), locale())


def percent(share: float, digits: int = 1) -> str:
    """A share between 0 and 1 as `83.2 %`, always with `digits` decimals so that columns line up."""
    pattern = "0." + "0" * digits if digits else "0"
    return f"{_decimal(share * 100 or 0, pattern, locale())} %"


def pretty_json(value: Any) -> str:
    """JSON with two spaces; plain text, which the template then escapes."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def plain_log(text: str) -> str:
    """A line of a log without the terminal's colours and cursor movements."""
    return _ANSI.sub("", text).replace("\r", "")


@lru_cache(maxsize=4096)
def _opening(moment: datetime, spoken: Locale) -> Markup:
    exact = format_datetime(moment, "d MMM y, HH:mm:ss 'UTC'", locale=spoken)
    stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}" data-relative>').format(stamp, exact)


def _relative(delta: timedelta) -> str:
    seconds = delta.total_seconds()
    if abs(seconds) < 1:
        return _("now")
    # Beyond an hour a minute makes no difference to the words, and many moments share them.
    return _in_words(round(seconds) if abs(seconds) < 3600 else round(seconds / 60) * 60, locale())


@lru_cache(maxsize=4096)
def _in_words(seconds: int, spoken: Locale) -> str:
    return str(
        format_timedelta(seconds, granularity="second", threshold=1, add_direction=True, locale=spoken)
    )


@lru_cache(maxsize=4096, typed=True)
def _decimal(value: float, pattern: str, spoken: Locale) -> str:
    return str(format_decimal(value, format=pattern, locale=spoken))
