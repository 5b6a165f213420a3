"""Reads files in the form of git's configuration (git-config(1), “Syntax”), as git does; includes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairhaven.catalog.ports import ListProblem

_SECTION = re.compile(r'\[(?P<name>[A-Za-z0-9.-]+)(?:[ \t]+"(?P<sub>(?:[^"\\\n]|\\[^\n])*)")?\]')
_NAME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]*)[ \t]*(?P<mark>=|(?=\n|$))")
_BLANK = re.compile(r"[ \t\r\n\f\v]+|[#;][^\n]*")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", "\\": "\\", '"': '"'}
_SPACE = " \t\r\f\v"


@dataclass(frozen=True)
class Setting:
    """One line: names in lower case, the subsection as it stands; without `=` there is no value."""

    section: str
    subsection: str | None
    name: str
    value: str | None


def read(content: bytes) -> Iterator[Setting]:
    """All settings in their order.

    Raises:
        ListProblem: git would not read the file; the line is named.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ListProblem("The file is not text in UTF-8.") from None
    section: tuple[str, str | None] | None = None
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
        elif found := _SECTION.match(text, at):
            section, at = _section(found), found.end()
        elif section and (named := _NAME.match(text, at)):
            value, at = _value(text, named.end()) if named["mark"] else (None, named.end())
            yield Setting(*section, named["name"].lower(), value)
        else:
            raise _wrong(text, at)


def _section(found: re.Match[str]) -> tuple[str, str | None]:
    name, sub = found["name"].lower(), found["sub"]
    if sub is not None:
        return name, re.sub(r"\\(.)", r"\1", sub)
    if "." in name:  # the old form: [section.subsection], all in lower case
        name, _, sub = name.partition(".")
    return name, sub


def _value(text: str, at: int) -> tuple[str, int]:
    """The value from `at` on, and where the next line begins; ends in no open quote."""
    made, quoted, bare = list[str](), False, 0  # `bare`: how much of it stays when blanks at the end go
    while at < len(text) and (text[at] != "\n" or quoted):
        letter = text[at]
        if letter == "\n" or letter == "\0":
            raise _wrong(text, at)
        at += 1
        if letter in _SPACE and not quoted:
            made += [letter] if made else []
            continue
        if letter in "#;" and not quoted:
            at = _end_of_line(text, at)
            break
        if letter == "\\":
            kept, at = _escaped(text, at)
            made.append(kept)
        elif letter == '"':
            quoted = not quoted
        else:
            made.append(letter)
        bare = len(made)
    if quoted:
        raise _wrong(text, at - 1)
    return "".join(made[:bare]), at


def _escaped(text: str, at: int) -> tuple[str, int]:
    letter = text[at : at + 1]
    if letter == "\n":
        return "", at + 1
    if letter not in _ESCAPES or not letter:
        raise _wrong(text, at)
    return _ESCAPES[letter], at + 1


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _wrong(text: str, at: int) -> ListProblem:
    return ListProblem(f"Line {text.count(chr(10), 0, at) + 1} of the file cannot be read.")
