"""The command `fairhaven-runtime`: finds the command, runs it, turns what goes wrong into an exit code."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence

from fairhaven_runtime import __version__
from fairhaven_runtime.cli import call, describe, serve
from fairhaven_runtime.errors import LoadFailed, Refusal

Commands = argparse._SubParsersAction  # the type has no public name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 1 failed (the reason is on standard error)."""
    options = _options(sys.argv[1:] if arguments is None else list(arguments))
    if options.tmp is not None:
        tempfile.tempdir = os.environ["TMPDIR"] = str(options.tmp)
    try:
        return int(options.run(options))
    except (LoadFailed, Refusal, OSError) as error:
        print(f"fairhaven-runtime: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    top = argparse.ArgumentParser(prog="fairhaven-runtime", description="Serves one AI module over HTTP.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    serve.add(commands.add_parser("serve", help="serve a module until SIGTERM"))
    _add_call(commands, "predict", "ask a module once, without a server", call.add_predict)
    _add_call(commands, "train", "train a module, without a server", call.add_train)
    describe.add(
        commands.add_parser("describe", help="print a module's metadata and argument schemas as JSON")
    )
    return top


def _add_call(
    commands: "Commands[argparse.ArgumentParser]",
    name: str,
    text: str,
    add: Callable[[argparse.ArgumentParser], None],
) -> None:
    usage = "%(prog)s [options] [--] [--ARGUMENT VALUE ...]"
    add(commands.add_parser(name, help=text, usage=usage, add_help=False, allow_abbrev=False))


def _options(given: list[str]) -> argparse.Namespace:
    """The options; for commands that call the module, `rest` is what only the module knows."""
    end = given.index("--") if "--" in given else len(given)
    top = parser()
    options, rest = top.parse_known_args(given[:end])
    options.rest = rest + given[end + 1 :]
    if options.rest and not hasattr(options, "verb"):
        top.error(f"unrecognized arguments: {' '.join(options.rest)}")
    return options
