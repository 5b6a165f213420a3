"""The command `fairhaven-runtime`: finds the command, runs it, turns what goes wrong into an exit code."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence

from fairhaven_runtime import __version__
from fairhaven_runtime.cli import describe, serve
from fairhaven_runtime.errors import LoadFailed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 1 failed (the reason is on standard error)."""
    options = parser().parse_args(arguments)
    if options.tmp is not None:
        tempfile.tempdir = os.environ["TMPDIR"] = str(options.tmp)
    try:
        return int(options.run(options))
    except (LoadFailed, OSError) as error:
        print(f"fairhaven-runtime: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    top = argparse.ArgumentParser(prog="fairhaven-runtime", description="Serves one AI module over HTTP.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    serve.add(commands.add_parser("serve", help="serve a module until SIGTERM"))
    describe.add(
        commands.add_parser("describe", help="print a module's metadata and argument schemas as JSON")
    )
    return top
