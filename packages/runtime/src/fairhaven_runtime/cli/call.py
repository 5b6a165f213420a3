"""`fairhaven-runtime predict` and `train`: one call of a module, without a server.

The options come in two halves: ours are known from the start, the module's once it is loaded. Whatever
follows a `--` is the module's.
"""

import argparse
import asyncio
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from fairhaven_runtime.cli import arguments, common, failures, printing
from fairhaven_runtime.cli.session import Given, Session, session
from fairhaven_runtime.workers.messages import Answer

SIGN_OF_LIFE = 60.0
"""Seconds between two lines that tell that a training goes on."""


def add_predict(command: argparse.ArgumentParser) -> None:
    """The command's own options."""
    _add(command, "predict")
    command.add_argument(
        "--no-warm", dest="warm", action="store_false", help="do not call the module's `warm`"
    )


def add_train(command: argparse.ArgumentParser) -> None:
    """The command's own options."""
    _add(command, "train")
    command.set_defaults(warm=False)


def run(options: argparse.Namespace) -> int:
    """Call the module; 0 done, 1 the module failed, 2 wrong arguments."""
    return asyncio.run(_run(options))


def _add(command: argparse.ArgumentParser, verb: str) -> None:
    command.add_argument("-h", "--help", action="store_true", help="show this, and the module's arguments")
    common.add_module(command)
    command.add_argument("--output", type=Path, metavar="FILE", help="write the answer to this file")
    command.add_argument(
        "--startup-timeout",
        type=common.seconds,
        default=300.0,
        metavar="S",
        help="seconds to load the module",
    )
    command.set_defaults(run=run, verb=verb, own=command)


async def _run(options: argparse.Namespace) -> int:
    if options.help:
        options.own.print_help()
    async with session(options.python, options.model, patience=options.startup_timeout) as module:
        schema = _schema(module, options.verb)
        theirs = _parser(options, module, schema)
        if options.help:
            print("\n" + theirs.format_help(), end="")
            return 0
        given = arguments.given(theirs.parse_args(options.rest), schema)
        if options.warm:
            warmed = await module.ask("warm")
            if warmed.status != 200:
                return _failed(options, warmed)
        return await _conclude(options, await _ask(module, options.verb, given))


def _schema(module: Session, verb: str) -> dict[str, Any]:
    """JSON Schema of the function's arguments; of one that is not there, it has none."""
    return (module.document[verb] or {"schema": {"properties": {}}})["schema"]  # type: ignore[no-any-return]


def _parser(options: argparse.Namespace, module: Session, schema: dict[str, Any]) -> argparse.ArgumentParser:
    """The parser of the module's arguments."""
    parser = argparse.ArgumentParser(
        options.own.prog,
        usage=argparse.SUPPRESS,
        add_help=False,
        allow_abbrev=False,
        conflict_handler="resolve",
    )
    name = module.document["name"]
    group = parser.add_argument_group(
        f"arguments of {name} (behind `--`, if one is named like an option above)"
    )
    arguments.add(group, schema)
    return parser


async def _ask(module: Session, verb: str, given: Given) -> Answer:
    return await (_train(module, given) if verb == "train" else module.ask(verb, given))


async def _train(module: Session, given: Given) -> Answer:
    """Train, and tell meanwhile that it goes on."""
    checked = await module.ask("validate", given)
    if checked.status != 200:
        return checked
    name, begun = module.document["name"], time.monotonic()
    _tell(f"training {name} with {checked.body.decode()}")
    training = asyncio.ensure_future(module.ask("train", given))
    while not training.done():
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(training), SIGN_OF_LIFE)
            break
        _tell(f"training {name} for {_lasted(begun)}")
    _tell(f"training {name} ended after {_lasted(begun)}")
    return training.result()


async def _conclude(options: argparse.Namespace, answer: Answer) -> int:
    if answer.status == failures.WRONG_ARGUMENTS:
        for complaint in failures.complaints(answer):
            print(f"{options.own.prog}: error: {complaint}", file=sys.stderr)
        return 2
    if answer.status != 200:
        return _failed(options, answer)
    try:
        await printing.put(answer, options.output)
    except printing.NotForTerminals as refusal:
        print(f"{options.own.prog}: {refusal}", file=sys.stderr)
        return 2
    return 0


def _failed(options: argparse.Namespace, answer: Answer) -> int:
    print(f"{options.own.prog}: {failures.reason(answer)}", file=sys.stderr)
    return 1


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _lasted(begun: float) -> str:
    return str(timedelta(seconds=round(time.monotonic() - begun)))
