"""The methods of `deepaas-cli`, and a module's arguments as its options."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from fairhaven_runtime.cli import arguments
from fairhaven_runtime.cli.session import Given

METHODS = {
    "get_metadata": "what the module says about itself",
    "warm": "let the module get ready, then end",
    "predict": "a prediction; predict --help lists the module's arguments",
    "train": "a training; train --help lists the module's arguments",
}
Schema = Mapping[str, Any]


def add(made: argparse.ArgumentParser, document: Mapping[str, Any] | None) -> None:
    """The methods; their options are known once the module has told its document."""
    subparsers = made.add_subparsers(dest="methods", title="methods", help="METHOD --help tells its options")
    for name, text in METHODS.items():
        method = subparsers.add_parser(
            name, help=text, formatter_class=_formatter, add_help=document is not None
        )
        if document is not None:
            _add_arguments(method, schema_of(document, name))


def schema_of(document: Mapping[str, Any], method: str) -> Schema:
    """JSON Schema of the method's arguments."""
    schema: Schema = (document.get(method) or {}).get("schema", {"properties": {}})
    return schema


def given(options: argparse.Namespace, schema: Schema) -> Given:
    """What was typed; `accept` by its declared default otherwise, whatever stands first among its choices."""
    items = schema["properties"]
    typed = {name: getattr(options, _dest(name)) for name in items if hasattr(options, _dest(name))}
    if "default" in items.get("accept", {}):
        typed.setdefault("accept", items["accept"]["default"])
    files = {name: path for name, path in typed.items() if arguments.is_file(items[name])}
    return Given({name: value for name, value in typed.items() if name not in files}, files)


def _add_arguments(method: argparse.ArgumentParser, schema: Schema) -> None:
    required = schema.get("required", [])
    for name, item in schema["properties"].items():
        method.add_argument(
            f"--{name}",
            dest=_dest(name),
            metavar=name.replace("-", "_").upper(),
            type=_READERS.get(_kind(item), str),
            required=name in required,
            default=argparse.SUPPRESS,
            help=_help(item, required=name in required),
        )


def _dest(name: str) -> str:
    """Apart from the command's own flags, which may have the same names."""
    return f"argument {name}"


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawTextHelpFormatter(prog, max_help_position=10)


def _is_true(text: str) -> bool:
    return text.lower() in ("yes", "true", "t", "1")


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": _is_true,
    "integer": int,
    "number": float,
    "array": arguments.structure,
    "object": arguments.structure,
}
_TYPES = {
    "boolean": "bool",
    "integer": "int",
    "number": "float",
    "array": 'list, enclosed as string: "[...]"',
    "object": 'dict, enclosed as string: "{...}"',
}


def _kind(item: Schema) -> str:
    """The one type that is not null; text when there are several, or commas part a list."""
    told = item.get("type", "string")
    kinds = [told] if isinstance(told, str) else [kind for kind in told if kind != "null"]
    return kinds[0] if len(kinds) == 1 and "x-delimiter" not in item else "string"


def _help(item: Schema, *, required: bool) -> str:
    """Description, type, default and choices, a line each."""
    lines = [item["description"]] if item.get("description") else []
    lines.append(f"Type: {_TYPES.get(_kind(item), 'str')}{' (filepath)' if arguments.is_file(item) else ''}")
    if required:
        lines.append("*Required*")
    elif "default" in item:
        lines.append(f"Default: {item['default']}")
    if item.get("enum"):
        lines.append(f"Choices: {item['enum']}")
    return "\n".join(lines).replace("%", "%%")
