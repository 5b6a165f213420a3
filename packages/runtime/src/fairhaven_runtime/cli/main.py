"""The command `fairhaven-runtime`: serve a module, or describe it."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fairhaven_runtime import __version__
from fairhaven_runtime.errors import LoadFailed
from fairhaven_runtime.front.server import serve
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.description import describe


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
    _add_serve(commands.add_parser("serve", help="serve a module until SIGTERM"))
    _add_describe(
        commands.add_parser("describe", help="print a module's metadata and argument schemas as JSON")
    )
    return top


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--python", type=Path, required=True, metavar="PATH", help="the module's interpreter"
    )
    command.add_argument("--model", default="", metavar="NAME", help="entry point, when there are several")
    command.add_argument(
        "--tmp", type=Path, metavar="DIR", help="folder for temporary files (default: TMPDIR)"
    )


def _add_serve(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    command.add_argument("--host", default="127.0.0.1")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--port", type=int, default=5000, help="0: any free port")
    where.add_argument("--uds", metavar="PATH", help="listen on a unix socket")
    command.add_argument("--base-path", default="", metavar="/PREFIX")
    command.add_argument("--workers", type=_count, default=1, help="processes for predictions")
    command.add_argument("--queue", type=_count, default=64, help="requests that may wait for a worker")
    command.add_argument("--timeout", type=_seconds, default=600.0, metavar="S", help="for one prediction")
    command.add_argument(
        "--startup-timeout", type=_seconds, default=300.0, metavar="S", help="to load the module"
    )
    command.add_argument(
        "--drain-timeout", type=_seconds, default=30.0, metavar="S", help="to finish on SIGTERM"
    )
    command.add_argument("--max-upload", type=_count, default=1024**3, metavar="BYTES")
    command.add_argument(
        "--work-dir", type=Path, metavar="DIR", help="for uploads (default: temporary files' folder)"
    )
    command.add_argument("--no-train", action="store_true", help="answer 402 to trainings")
    command.set_defaults(run=_serve)


def _add_describe(command: argparse.ArgumentParser) -> None:
    _add_common(command)
    command.add_argument("--timeout", type=_seconds, default=120.0, metavar="S", help="to load the module")
    command.set_defaults(run=_describe)


def _serve(options: argparse.Namespace) -> int:
    same = ("python", "model", "host", "port", "uds", "workers", "queue", "timeout", "startup_timeout")
    settings = Settings(
        **{name: getattr(options, name) for name in same},
        base_path=_base_path(options.base_path),
        drain_timeout=options.drain_timeout,
        max_upload=options.max_upload,
        work_dir=options.work_dir or Path(tempfile.gettempdir()),
        train=not options.no_train,
    )
    serve(settings)
    return 0


def _describe(options: argparse.Namespace) -> int:
    folder = Path(tempfile.gettempdir())
    document = asyncio.run(describe(options.python, options.model, folder, patience=options.timeout))
    print(json.dumps(document, indent=2))
    return 0


def _base_path(text: str) -> str:
    stripped = text.strip("/")
    return "/" + stripped if stripped else ""


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return number
