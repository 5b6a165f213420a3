"""Where tools stand: the folders that the operator names, then those that came with Fairhaven."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from fairhaven.catalog.toolbox.reading import Read, read_folder
from fairhaven.catalog.toolbox.schema import FILE

SHIPPED = Path(__file__).parents[1] / "tools"
MOST = 500  # folders that are looked at


def read(folders: Iterable[Path]) -> Mapping[str, Read]:
    """Every tool by its name, in the order of names; the operator's hides a shipped one of that name.

    One that cannot be read has problems and hides no other.
    """
    found: dict[str, Read] = {}
    for place in (*folders, SHIPPED):
        for folder in _inside(place):
            if folder.name not in found:
                found[folder.name] = _read(folder, _stamp(folder), place == SHIPPED)
    return dict(sorted(found.items()))


def _inside(place: Path) -> list[Path]:
    """The folders of tools in a place; the place itself when it is one."""
    if (place / FILE).is_file():
        return [place]
    try:
        there = sorted(each for each in place.iterdir() if (each / FILE).is_file())
    except OSError:
        return []
    return there[:MOST]


def _stamp(folder: Path) -> tuple[int, int]:
    try:
        known = (folder / FILE).stat()
    except OSError:
        return 0, 0
    return known.st_mtime_ns, known.st_size


@lru_cache(maxsize=2 * MOST)
def _read(folder: Path, _as_of: tuple[int, int], shipped: bool) -> Read:
    return read_folder(folder, shipped=shipped)
