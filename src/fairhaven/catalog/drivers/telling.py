"""What catalogs elsewhere say, as metadata of version 3: clean, bounded, and always sound."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from fairhaven.catalog import metadata
from fairhaven.catalog.metadata import Report, formats, identifiers, lenient, writer
from fairhaven.catalog.metadata.data import check_data
from fairhaven.core.sources import UnsafeRepository

Data = dict[str, JsonValue]

LONGEST_LINE = 300
LONGEST_TEXT = 60_000
_NOT_STORED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sound:
    """A metadata file without errors, and what reading it tells."""

    text: bytes
    report: Report


def sound(data: Data, *, name: str, source: str) -> bytes:
    """The content as the text of a metadata file; what is wrong in it is left out.

    Raises:
        UnsafeRepository: so much is wrong that nothing sound is left.
    """
    return sounded(data, name=name, source=source).text


def sounded(data: Data, *, name: str, source: str) -> Sound:
    """As `sound`, with what reading the file tells."""
    whole = {"metadata_version": metadata.newest_version(), **data}
    said, report = writer.dump(whole), check_data(whole)
    if not report.valid or len(said) > metadata.MAX_BYTES:
        said = metadata.write(lenient.guess(said, name=name, source=source))
        report = metadata.parse(said)
    if not report.valid:
        raise UnsafeRepository(f"Its description cannot be told: {report.errors[0].message}")
    return Sound(said.encode(), report)


def filled(**said: JsonValue) -> Data:
    """The fields that say something."""
    return {key: value for key, value in said.items() if value not in (None, "", [], {})}


def text(value: object, most: int = LONGEST_TEXT) -> str:
    """A text without control characters, cut where it is too long; empty for what is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    clean = _NOT_STORED.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return clean if len(clean) <= most else f"{clean[: most - 1].rstrip()}…"


def line(value: object, most: int = LONGEST_LINE) -> str:
    """A text on one line."""
    return text(" ".join(text(value).split()), most)


def lines(values: object, most: int = 100) -> list[JsonValue]:
    """The texts of a list, each once; a single text is a list of one."""
    given = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    return list(dict.fromkeys(found for each in given[:most] if (found := line(each))))


def address(value: object) -> str:
    """A web address that may be linked to, else nothing."""
    found = line(value, formats.MAX_ADDRESS)
    return found if found.startswith(("https://", "http://")) and formats.is_address(found) else ""


def doi(value: object) -> str:
    return formats.bare_doi(line(value)) or formats.mend_doi(line(value))


def licence(value: object) -> str:
    """An SPDX expression, else nothing."""
    return identifiers.bare_licence(line(value))


def day(value: object) -> str:
    """The day of a time stamp, else nothing."""
    found = line(value)[:10]
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        return ""


def number(value: object) -> float | None:
    """A number, finite, else nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e300 else None


def count(value: object) -> int | None:
    """A whole number that is not negative, else nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def mapping(value: object) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def items(value: object, most: int = 200) -> list[Mapping[str, JsonValue]]:
    """The mappings of a list."""
    return [each for each in value[:most] if isinstance(each, dict)] if isinstance(value, list) else []


def chosen(said: Iterable[str], words: Mapping[str, str]) -> list[JsonValue]:
    """The words that a table has for what was said, each once."""
    return list(dict.fromkeys(words[each] for each in said if each in words))


def licence_of(content: bytes) -> str:
    """The licence in the text of a metadata file, else nothing."""
    said = metadata.parse(content).metadata
    return (said.license if said else None) or ""
