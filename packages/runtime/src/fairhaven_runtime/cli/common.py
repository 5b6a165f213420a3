"""What the commands share: which module, and how options read numbers."""

import argparse
import os
import sys
from pathlib import Path


def add_module(command: argparse._ActionsContainer) -> None:
    """The options that say which module is meant."""
    command.add_argument(
        "--python",
        type=Path,
        default=module_python(),
        metavar="PATH",
        help="the module's interpreter (default: of the active virtual environment, else the runtime's own)",
    )
    command.add_argument("--model", default="", metavar="NAME", help="entry point, when there are several")
    command.add_argument(
        "--tmp", type=Path, metavar="DIR", help="folder for temporary files (default: TMPDIR)"
    )


def module_python() -> Path:
    """The interpreter of the environment that the module is in, as far as the surroundings tell."""
    active = os.environ.get("VIRTUAL_ENV")
    return Path(active, "bin", "python") if active else Path(sys.executable)


def count(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def seconds(text: str) -> float:
    """A time above 0."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return number


def share(text: str) -> float:
    """A number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return number
