"""The audit log as a file: CSV for spreadsheets, JSON Lines for programs. Written piece by piece."""

import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from fairhaven.audit.schemas import Entry, Exported, Form
from fairhaven.core.marks import canonical

Piece = Sequence[Exported]

MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.JSONL: "application/jsonl"}
COLUMNS = (
    "number", "at", "actor", "actor_id", "says", "kind", "thing", "project", "address", "request", "data",
    "hash",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), also in wide letters.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


async def written(form: Form, next_piece: Callable[[int], Awaitable[Piece]]) -> AsyncIterator[bytes]:
    """The file in pieces, oldest line first; `next_piece` gives those after a number."""
    if form is Form.CSV:
        yield _csv([COLUMNS])
    after = 0
    while piece := await next_piece(after):
        yield _csv([_cells(line.entry) for line in piece]) if form is Form.CSV else _jsonl(piece)
        after = piece[-1].entry.number or after


def safe_cell(value: object) -> str:
    """Text that no spreadsheet reads as a formula: an apostrophe in front says that it is text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _cells(entry: Entry) -> list[str]:
    values = entry.model_dump(mode="json")
    values["data"] = json.dumps(values["data"], ensure_ascii=False)
    return [safe_cell(values[name]) for name in COLUMNS]


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode(errors="replace")


def _jsonl(piece: Piece) -> bytes:
    """Each line has its number, its hash, and the fact as it was hashed: `chain` verifies the file.

    Beside the fact: who did it and from where, with the salt of their mark (`core.marks`).
    """
    return b"".join(
        b'{"number":%d,"hash":"%s","fact":%s,"who":%s}\n'
        % (line.entry.number or 0, (line.entry.hash or "").encode(), line.fact, canonical(_who(line)))
        for line in piece
    )


def _who(line: Exported) -> dict[str, str | None]:
    return {"actor": line.entry.actor, "address": line.entry.address, "salt": line.salt}
