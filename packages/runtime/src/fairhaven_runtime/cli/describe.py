"""`fairhaven-runtime describe`: what a module says about itself and its arguments."""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from fairhaven_runtime.cli import common
from fairhaven_runtime.workers.description import describe


def add(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    common.add_module(command)
    command.add_argument(
        "--timeout", type=common.seconds, default=120.0, metavar="S", help="to load the module"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the module's description as JSON."""
    folder = Path(tempfile.gettempdir())
    document = asyncio.run(describe(options.python, options.model, folder, patience=options.timeout))
    print(json.dumps(document, indent=2))
    return 0
