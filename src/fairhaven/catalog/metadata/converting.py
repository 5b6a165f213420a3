"""One file's metadata in another format."""

import json
from collections.abc import Callable

from fairhaven.catalog.metadata.model import ModuleMetadata
from fairhaven.catalog.metadata.normalise import pour
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word
from fairhaven.catalog.metadata.writer import write


class CannotConvert(ValueError):
    """There is no such format, or the metadata does not say what it needs."""


def formats() -> tuple[str, ...]:
    """The names that `convert` knows."""
    return tuple(_WRITERS)


def convert(metadata: ModuleMetadata, to: str, known: tuple[str, ...] = ()) -> str:
    """The metadata as the text of a file in the format `to`; `known` are names that others know besides.

    Raises:
        CannotConvert: the format is unknown; the text names those that are.
    """
    if to not in _WRITERS:
        names = known or formats()
        guess = did_you_mean(nearest_word(to, names))
        raise CannotConvert(f"There is no format '{to}'. {guess or 'Use one of: ' + ', '.join(names) + '.'}")
    return _WRITERS[to](metadata)


def _json(metadata: ModuleMetadata) -> str:
    return json.dumps(pour(metadata), ensure_ascii=False, indent=2) + "\n"


_WRITERS: dict[str, Callable[[ModuleMetadata], str]] = {"yaml": write, "json": _json}
