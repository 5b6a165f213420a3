"""YAML's own complaints in plain words, with what to do about them."""

from fairhaven.catalog.metadata.findings import shorten

_TAB = (
    "A tab is used for indentation, which YAML does not allow.",
    "Replace the tab with spaces.",
)
_EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "A `: ` stands where no new key can start.",
        "Put the value in quotes, or check the indentation.",
    ),
    (
        "could not find expected ':'",
        "This line is neither `key: value` nor a part of the text above it.",
        "Write `key: value`, or indent the line to continue the text above.",
    ),
    ("found unexpected end of stream", "A quote is opened and never closed.", "Close the quote."),
    (
        "expected <block end>",
        "The indentation does not match the lines above.",
        "Align this line with its siblings.",
    ),
    (
        "expected the node content",
        "A value is missing here, or a bracket is not closed.",
        "Complete it, or quote the text.",
    ),
    ("expected ',' or", "A bracket is opened and never closed.", "Close it, or put the text in quotes."),
    (
        "cannot start any token",
        "This character cannot start a value.",
        "Put the value in quotes.",
    ),
    ("undefined alias", "`*` refers to nothing.", "Put text that starts with `*` in quotes."),
    ("while scanning an alias", "`*` starts an alias.", "Put text that starts with `*` in quotes."),
    ("while scanning an anchor", "`&` starts an anchor.", "Put text that starts with `&` in quotes."),
)


class Broken(Exception):
    """The text cannot be read beyond `offset`; never leaves this package."""

    def __init__(self, offset: int, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.suggestion = suggestion


def explain(error: Exception, text: str) -> Broken:
    """A reader's error as `Broken`, at the place where the author should look."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = str(getattr(error, "context", None) or "")
    offset = _offset(error, problem, text)
    if "expected <block end>" in problem and (opened := _quote_before(offset, text)) is not None:
        return Broken(opened, "A quote is opened and never closed on its line.", "Close the quote.")
    if "found character '\\t'" in problem or text[offset : offset + 1] == "\t":
        return Broken(offset, *_TAB)
    if hasattr(error, "character"):
        return Broken(offset, "This character is not allowed in YAML.", "Remove the invisible character.")
    for fragment, message, suggestion in _EXPLANATIONS:
        if fragment in problem or fragment in context:
            return Broken(offset, message, suggestion)
    return Broken(offset, f"This is not YAML: {shorten(problem, 120)}.", "Put the value in quotes.")


def _quote_before(offset: int, text: str) -> int | None:
    """Where a quote was opened that a later quote closed by accident, just before `offset`."""
    closing = text[offset - 1 : offset]
    opened = text.rfind(closing, 0, offset - 1) if closing in ("'", '"') and closing else -1
    return opened if opened >= 0 and "\n" in text[opened:offset] else None


def _offset(error: Exception, problem: str, text: str) -> int:
    position = getattr(error, "position", None)
    if isinstance(position, int):
        return position
    mark = getattr(error, "problem_mark", None)
    start = getattr(error, "context_mark", None)
    where_it_began = any(each in problem for each in ("end of stream", "expected ':'", "expected ',' or"))
    if start is not None and (mark is None or where_it_began or mark.index >= len(text)):
        mark = start  # where the quote was opened or the line began says more than where reading stopped
    return int(mark.index) if mark is not None else 0
