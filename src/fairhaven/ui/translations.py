"""The words of the pages in the reader's language; English is the source, other languages are `.po` files.

A language is one file, `locale/<language>.po`; it is read as it is, with no compiling step. New strings are
collected with `pybabel extract -F src/fairhaven/ui/locale/babel.cfg -k _ -o fairhaven.pot src/fairhaven`.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> str:
    """The language of the page that is being rendered, as in `en` or `pt_BR`."""
    return _language.get()


def locale() -> Locale:
    """The same with its notation of numbers and dates; kept, because Babel reads a name anew at each use."""
    return _locale(language())


def speak(accepted: str, folder: Path = LOCALE) -> str:
    """Choose the language of this request out of its `Accept-Language` header (RFC 9110 §12.5.4)."""
    chosen = _negotiated(accepted, folder)
    _language.set(chosen)
    return chosen


def gettext(message: str) -> str:
    return str(catalogue(language()).gettext(message))


def ngettext(one: str, many: str, number: int) -> str:
    return str(catalogue(language()).ngettext(one, many, number))


@cache
def catalogue(name: str, folder: Path = LOCALE) -> NullTranslations:
    """The translations of one language; an unknown language speaks English."""
    source = folder / f"{name}.po"
    if not source.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return Translations(compiled)


@cache
def available(folder: Path = LOCALE) -> Sequence[str]:
    return (SOURCE, *sorted(file.stem.replace("_", "-") for file in folder.glob("*.po")))


_locale = cache(Locale.parse)


@lru_cache(maxsize=256)
def _negotiated(accepted: str, folder: Path) -> str:
    return negotiate_locale(_by_preference(accepted), available(folder), sep="-") or SOURCE


def _by_preference(accepted: str) -> list[str]:
    wishes = []
    for part in accepted.split(",")[:20]:
        name, _, weight = part.strip().partition(";q=")
        if name and name != "*":
            wishes.append((_weight(weight), name))
    return [name for _, name in sorted(wishes, key=lambda wish: -wish[0])]


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
