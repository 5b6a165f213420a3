"""`deepaas-predict`: a prediction for one file, put into a folder. Deprecated there; here for old scripts."""

import argparse
import asyncio
import mimetypes
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from fairhaven_runtime.cli import failures, printing
from fairhaven_runtime.cli.arguments import is_file
from fairhaven_runtime.cli.common import module_python
from fairhaven_runtime.cli.deepaas import flags, methods, table
from fairhaven_runtime.cli.deepaas.cli import PATIENCE
from fairhaven_runtime.cli.deepaas.files import ConfigFailed
from fairhaven_runtime.cli.session import Given, Session, session
from fairhaven_runtime.errors import LoadFailed, WorkerCrashed
from fairhaven_runtime.workers.messages import Answer

PROG = "deepaas-predict"
DEPRECATED = "WARNING: This command is deprecated, please use deepaas-cli instead."
ADDRESSES = ("urls", "url")
"""What modules call the argument that takes the address of a file."""


class CannotPredict(Exception):
    """The text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    offered = (*table.PREDICTING, *table.serving())
    made = flags.parser(PROG, offered, description="Deprecated: use deepaas-cli.", version=False)
    print(DEPRECATED, file=sys.stderr)
    try:
        options = flags.all_of(made, offered, list(sys.argv[1:] if arguments is None else arguments))
        print(f"Output saved at {asyncio.run(_run(options))}")
    except (ConfigFailed, CannotPredict, LoadFailed, OSError, WorkerCrashed) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> Path:
    _check(options)
    async with session(module_python(), options.model_name, patience=PATIENCE, prints=True) as module:
        given = _given(options, module)
        if options.warm:
            await module.ask("warm")
        answer = await module.ask("predict", given, bare=True)
        if answer.status == failures.WRONG_ARGUMENTS:
            raise CannotPredict("; ".join(failures.complaints(answer)))
        if answer.status != 200:
            raise CannotPredict(failures.reason(answer))
        path = Path(options.output, _name(answer, options))
        await printing.put(answer, path)
        return path


def _check(options: argparse.Namespace) -> None:
    for name in ("input_file", "output"):
        if getattr(options, name) is None:
            raise CannotPredict(f"Option {name} is required.")
    if mimetypes.guess_extension(options.content_type) is None:
        raise CannotPredict(f"Content type {options.content_type} not valid.")


def _given(options: argparse.Namespace, module: Session) -> Given:
    """The input as the module's first argument that takes such a thing."""
    items = methods.schema_of(module.document, "predict")["properties"]
    values = {"accept": options.content_type} if "accept" in items else {}
    if not options.url:
        names = [name for name, item in items.items() if is_file(item)]
        if not names:
            raise CannotPredict("The module takes no file; deepaas-cli predict --help lists its arguments.")
        return Given(values, {names[0]: options.input_file})
    names = [name for name in ADDRESSES if name in items]
    if not names:
        raise CannotPredict("The module takes no address; download the file and leave --url out.")
    several = items[names[0]].get("type") == "array"
    return Given({**values, names[0]: [options.input_file] if several else options.input_file})


def _name(answer: Answer, options: argparse.Namespace) -> str:
    """The module's own name for its file, or one made from the input's."""
    own = re.search(r'filename="([^"/]+)"', dict(answer.headers).get("content-disposition", ""))
    if own and not printing.is_json(answer):
        return own[1]
    return f"out_{Path(options.input_file).stem}{mimetypes.guess_extension(options.content_type)}"


if __name__ == "__main__":
    raise SystemExit(main())
