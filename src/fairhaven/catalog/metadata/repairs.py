"""The kinds of change that put a problem right, and that a program can make without asking."""

from dataclasses import dataclass

from pydantic import JsonValue


@dataclass(frozen=True)
class Put:
    """Write another value."""

    value: JsonValue


@dataclass(frozen=True)
class Rewrite:
    """Write a key with another value, which may take lines of its own."""

    value: JsonValue


@dataclass(frozen=True)
class Rename:
    """Call a key by another name, unless that name is taken."""

    name: str


@dataclass(frozen=True)
class Drop:
    """Remove a key with its value, or an item of a list."""


@dataclass(frozen=True)
class Add:
    """Add a key that is missing: at the top, or below its siblings."""

    value: JsonValue
    first: bool = False


@dataclass(frozen=True)
class Move:
    """Write a key and its value somewhere else, unless there is something."""

    to: tuple[str | int, ...]


Mend = Put | Rewrite | Rename | Drop | Add | Move
