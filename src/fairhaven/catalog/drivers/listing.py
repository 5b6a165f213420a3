"""Lists of catalogs elsewhere, read a page at a time: what their drivers have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from fairhaven.catalog.ports import CursorLost, ListProblem
from fairhaven.core.sources import SourceProblem


@contextmanager
def listed() -> Iterator[None]:
    """Turn problems of sources into those of lists."""
    try:
        yield
    except SourceProblem as problem:
        raise ListProblem(problem.detail, fix=problem.remedy) from None


def position(cursor: str | None) -> int:
    """How many entries were told already.

    Raises:
        CursorLost: the cursor is none of ours.
    """
    if cursor is None:
        return 0
    if not cursor.isdecimal() or len(cursor) > 9:
        raise CursorLost("It does not know where it stood.")
    return int(cursor)
