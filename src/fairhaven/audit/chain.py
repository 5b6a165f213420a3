"""The chain of the audit log: each line's hash is of the hash before it and of what happened.

Change, remove, insert or move a line, and the hashes do not follow from one another any more. Only the
standard library is needed, so that an export can be verified anywhere:

    printf '%s\\n%s' "$PREVIOUS_HASH" "$CANONICAL_JSON" | sha256sum
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

BEGINNING = "0" * 64  # what stands before the first line
REMEMBERED = 200  # hashes in which a misplaced line looks for the one that it followed


class Wrong(StrEnum):
    """What was found; each is a way of tampering."""

    REMOVED = "removed"
    LOST = "lost"
    CHANGED = "changed"
    INSERTED = "inserted"
    CUT_OFF = "cut off"
    UNLISTED = "unlisted"
    UNEXPECTED = "unexpected"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Line:
    """One line; `text` is the fact as canonical JSON, None when the fact is gone."""

    number: int
    hash: str
    text: bytes | None


@dataclass(frozen=True)
class Finding:
    """What is wrong, at which line, in words."""

    wrong: Wrong
    number: int
    says: str


def link(previous: str, text: bytes) -> str:
    """The hash of a line that follows `previous`."""
    return hashlib.sha256(previous.encode() + b"\n" + text).hexdigest()


class Checker:
    """Follows a chain from a line on (from its beginning, unless told), in bounded memory."""

    def __init__(self, number: int = 0, hash: str = BEGINNING) -> None:
        self.number = number
        self._hashes: deque[tuple[int, str]] = deque([(number, hash)], maxlen=REMEMBERED)

    @property
    def hash(self) -> str:
        return self._hashes[-1][1]

    def check(self, lines: Iterable[Line]) -> Iterator[Finding]:
        """What is wrong with the lines that come next, in the order of their numbers."""
        for line in lines:
            follows = line.number == self.number + 1
            if line.number <= self.number:
                says = f"Line {line.number} stands behind line {self.number}."
                yield Finding(Wrong.CHANGED, line.number, says)
            elif not follows:
                yield _removed(self.number + 1, line.number - 1)
            if line.text is None:
                yield Finding(Wrong.LOST, line.number, f"What line {line.number} tells is gone.")
            elif follows and link(self.hash, line.text) != line.hash:
                yield self._misfit(line, line.text)
            self.number = line.number
            self._hashes.append((line.number, line.hash))

    def _misfit(self, line: Line, text: bytes) -> Finding:
        """Lines bear the hash that they had when they followed another line: which one was it?"""
        for number, hash in reversed(self._hashes):
            if link(hash, text) == line.hash:
                between = _lines(number + 1, line.number - 1)
                says = f"Line {line.number} followed line {number} once: {between} put between them."
                return Finding(Wrong.INSERTED, number + 1, says)
        says = f"Line {line.number} was changed or moved here, or what stood before it was removed."
        return Finding(Wrong.CHANGED, line.number, says)


def ends(checker: Checker, number: int, hash: str) -> Iterator[Finding]:
    """What is wrong with the end that was reached, if the log ends with line `number`."""
    if checker.number < number:
        says = f"The log had {number} lines: {_lines(checker.number + 1, number)} cut off at its end."
        yield Finding(Wrong.CUT_OFF, checker.number + 1, says)
    elif checker.number > number:
        says = f"The log has {number} lines: {_lines(number + 1, checker.number)} added by somebody else."
        yield Finding(Wrong.INSERTED, number + 1, says)
    elif checker.hash != hash:
        says = f"Line {number} is not the one that the log ended with."
        yield Finding(Wrong.CHANGED, number, says)


def _removed(first: int, last: int) -> Finding:
    return Finding(Wrong.REMOVED, first, f"{_lines(first, last).capitalize()} removed.")


def _lines(first: int, last: int) -> str:
    return f"line {first} was" if first == last else f"lines {first} to {last} were"
