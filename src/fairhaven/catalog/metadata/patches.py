"""What changed in a file, in the unified format, as `git apply` takes it."""

from difflib import unified_diff
from io import StringIO


def patch(before: str, after: str, file: str) -> str:
    """The difference of two texts of `file`, a path in a repository; empty where there is none."""
    lines = unified_diff(_lines(before), _lines(after), f"a/{file}", f"b/{file}")
    whole = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(whole)


def _lines(text: str) -> list[str]:
    return list(StringIO(text, newline="\n"))  # as git: other line breaks are characters
