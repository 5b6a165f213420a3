"""Collecting problems while a file is read: offsets become lines, repeats are dropped, lists stay short."""

import re
from bisect import bisect_right

from fairhaven.catalog.metadata.repairs import Mend
from fairhaven.catalog.metadata.report import Problem, Severity

Path = tuple[str | int, ...]

MAX_PROBLEMS = 100
_BREAK = re.compile(r"\r\n|\n|\r")


class Findings:
    """The problems of one text, in the order of the text.

    One error per place: the first that is reported says the most (an empty title is not also a short one).
    """

    def __init__(self, filename: str, text: str = "") -> None:
        self.filename = filename
        self.failed = False
        self.mends: list[tuple[Path, Mend]] = []
        self._length = len(text)
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self._problems: dict[tuple[Path, Severity, str], Problem] = {}

    def error(self, path: Path, offset: int, message: str, suggestion: str = "") -> None:
        """Note what makes the file invalid; a second error at the same path is dropped."""
        self.failed = True
        self._add(Severity.ERROR, path, offset, message, suggestion, kind="")

    def warning(self, path: Path, offset: int, message: str, suggestion: str = "") -> None:
        """Note what should be put right but may stay."""
        self._add(Severity.WARNING, path, offset, message, suggestion, kind=message)

    def mend(self, path: Path, mend: Mend) -> None:
        """Note what would put the problem at `path` right."""
        self.mends.append((path, mend))

    def line(self, offset: int) -> int:
        """Line number, from 1, of a character offset."""
        return self._position(offset)[0]

    def error_paths(self) -> list[Path]:
        """Where the errors are, in the order in which they were found."""
        return [path for path, severity, _ in self._problems if severity is Severity.ERROR]

    def problems(self) -> tuple[Problem, ...]:
        """At most `MAX_PROBLEMS`, sorted by position; errors win over warnings when there are more."""
        ranked = sorted(self._problems.values(), key=lambda problem: problem.severity is Severity.WARNING)
        kept = ranked[:MAX_PROBLEMS]
        return tuple(sorted(kept, key=lambda problem: (problem.line, problem.column)))

    def _add(
        self, severity: Severity, path: Path, offset: int, message: str, suggestion: str, *, kind: str
    ) -> None:
        line, column = self._position(offset)
        problem = Problem(
            severity=severity,
            path=dotted(path),
            line=line,
            column=column,
            message=message,
            suggestion=suggestion,
            file=self.filename,
        )
        self._problems.setdefault((path, severity, kind), problem)

    def _position(self, offset: int) -> tuple[int, int]:
        inside = min(max(offset, 0), self._length)
        line = bisect_right(self._starts, inside)
        return line, inside - self._starts[line - 1] + 1


def dotted(path: Path) -> str:
    """`("tags", 2)` as `tags[2]`, `("links", "source_code")` as `links.source_code`; long keys are cut."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{shorten(part)}" if text else shorten(part)
    return text


def shorten(text: str, limit: int = 60) -> str:
    """The text on one line and at most `limit` characters long, for use inside a message."""
    flat = " ".join(text[: 4 * limit].split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
