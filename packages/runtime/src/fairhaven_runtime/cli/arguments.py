"""A module's own arguments as options of a command, made from their JSON Schema."""

import argparse
import ast
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fairhaven_runtime.cli.session import Given

TRUE, FALSE = ("true", "yes", "t", "y", "on", "1"), ("false", "no", "f", "n", "off", "0")
NOTHING = ("null", "None")

Item = Mapping[str, Any]


def add(group: argparse._ActionsContainer, schema: Item) -> None:
    """An option for each property of the schema."""
    required = schema.get("required", [])
    for name, item in schema["properties"].items():
        group.add_argument(*_names(name), dest=name, required=name in required, **_settings(name, item))


def given(options: argparse.Namespace, schema: Item) -> Given:
    """What was typed, and nothing else: defaults are the module's own business."""
    typed = {name: getattr(options, name) for name in schema["properties"] if hasattr(options, name)}
    files = {name for name in typed if is_file(schema["properties"][name])}
    values = {name: value for name, value in typed.items() if name not in files}
    return Given(values, {name: typed[name] for name in files})


def is_file(item: Item) -> bool:
    """Whether the argument is a file."""
    return item.get("format") == "binary"


def structure(text: str) -> Any:
    """A list or dict, written as JSON or as Python writes it."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    raise argparse.ArgumentTypeError(f"{text!r} is neither JSON nor a Python literal")


def _names(name: str) -> list[str]:
    """The option is named like the argument; dashes do for underscores."""
    return list(dict.fromkeys([f"--{name}", f"--{name.replace('_', '-')}"]))


def _settings(name: str, item: Item) -> dict[str, Any]:
    kinds = _kinds(item)
    settings: dict[str, Any] = {"default": argparse.SUPPRESS, "help": _help(item)}
    settings["type"] = _reader(item, kinds)
    if kinds == {"boolean"}:
        settings |= {"nargs": "?", "const": True}
    if item.get("enum") and not kinds & {"array", "object"}:
        return settings | {"choices": item["enum"]}
    return settings | {"metavar": _metavar(item, kinds)}


def _kinds(item: Item) -> set[str]:
    kind = item.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _reader(item: Item, kinds: set[str]) -> Callable[[str], Any]:
    if is_file(item):
        return _file
    plain = _plain_reader(item, kinds - {"null"})
    if "null" in kinds and "string" not in kinds:
        return lambda text: None if text in NOTHING else plain(text)
    return plain


def _plain_reader(item: Item, kinds: set[str]) -> Callable[[str], Any]:
    if "x-delimiter" in item:
        return str
    readers: dict[str, Callable[[str], Any]] = {
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "string": str,
    }
    if len(kinds) == 1 and (only := next(iter(kinds))) in readers:
        return readers[only]
    return structure if kinds and kinds <= {"array", "object"} else _anything


def _file(text: str) -> str:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return text


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def _boolean(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() in TRUE


def _anything(text: str) -> Any:
    """JSON where it is JSON, else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _metavar(item: Item, kinds: set[str]) -> str:
    if is_file(item):
        return "FILE"
    named = {
        "integer": "NUMBER",
        "number": "NUMBER",
        "boolean": "true|false",
        "array": "LIST",
        "object": "DICT",
    }
    return next((named[kind] for kind in kinds if kind in named), "TEXT")


def _help(item: Item) -> str:
    """The module's own description, with the default."""
    told = str(item.get("description", ""))
    if "default" in item:
        told += f" (default: {json.dumps(item['default'], ensure_ascii=False)})"
    return told.strip().replace("%", "%%")
