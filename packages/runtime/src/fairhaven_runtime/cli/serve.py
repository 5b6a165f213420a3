"""`fairhaven-runtime serve`: every setting of a server as an option."""

import argparse
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from fairhaven_runtime.cli.common import add_module, count, seconds, share
from fairhaven_runtime.settings import Settings

Group = argparse._ArgumentGroup


def add(command: argparse.ArgumentParser) -> None:
    """The command's options; what is not given keeps the default of `Settings`."""
    add_module(command)
    _add_address(command.add_argument_group("where it listens"))
    _add_offers(command.add_argument_group("what it offers"))
    _add_work(command.add_argument_group("how much it does at once"))
    _add_limits(command.add_argument_group("limits"))
    _add_kept(command.add_argument_group("what it keeps"))
    _add_told(command.add_argument_group("what it tells about predictions (off unless asked for)"))
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM."""
    from fairhaven_runtime.front.server import serve  # the other commands start without the front

    known = {each.name for each in fields(Settings)}
    serve(Settings(**{name: value for name, value in vars(options).items() if name in known}))
    return 0


def _add_address(group: Group) -> None:
    _option(group, "--host", str, "address", "ADDRESS")
    where = group.add_mutually_exclusive_group()
    _option(where, "--port", int, "port; 0: any free one", "PORT")
    _option(where, "--uds", str, "unix socket to listen on, instead of a port", "PATH")
    _option(group, "--base-path", _base_path, "what all paths begin with, behind a reverse proxy", "/PREFIX")


def _add_offers(group: Group) -> None:
    _switch(group, "--no-predict", "answer 402 to predictions")
    _switch(group, "--no-train", "answer 402 to trainings")
    _switch(group, "--no-docs", "answer 404 where the pages are, /ui and /api")
    _switch(group, "--no-warm", "leave the module's `warm` uncalled")


def _add_work(group: Group) -> None:
    _option(group, "--workers", count, "processes for predictions", "N")
    _option(group, "--trainings", count, "trainings that run at once; others wait", "N")
    _option(group, "--batch-size", count, "calls that go to the module's `predict_batch` together", "N")
    _option(group, "--queue", count, "requests that may wait for a worker", "N")
    _option(group, "--per-client", _limit, "requests of one address under way at once; 0: any", "N")
    _option(group, "--jobs", count, "jobs (`Prefer: respond-async`) that are kept at once", "N")
    _option(
        group,
        "--device-lock",
        Path,
        "lock file of a device that computes one thing at a time: give all servers on it the same",
        "FILE",
    )
    _option(group, "--preload", _names, "what to import before workers are forked, beside the usual", "A,B")


def _add_limits(group: Group) -> None:
    _option(group, "--timeout", seconds, "seconds for one prediction", "S")
    _option(group, "--startup-timeout", seconds, "seconds to load the module", "S")
    _option(group, "--drain-timeout", seconds, "seconds to finish on SIGTERM", "S")
    _option(group, "--max-upload", count, "bytes of a request's body", "BYTES")


def _add_kept(group: Group) -> None:
    _option(group, "--work-dir", Path, "folder for uploads (default: temporary files' folder)", "DIR")
    _option(group, "--state-dir", Path, "folder in which trainings outlive the server", "DIR")
    _option(group, "--keep-jobs", seconds, "seconds that the answer of a job is kept", "S")


def _add_told(group: Group) -> None:
    _option(group, "--record", Path, "append a line of JSON about each prediction to this file", "FILE")
    _option(group, "--release", str, "name of the release, for these lines", "NAME")
    _option(group, "--tap", Path, "put samples of inputs and answers into this folder", "DIR")
    _option(group, "--tap-rate", share, "share of predictions that is sampled", "0..1")


def _option(
    group: argparse._ActionsContainer, name: str, kind: Callable[[str], Any], text: str, metavar: str
) -> None:
    """An option of the same name as the setting; its help tells the setting's default."""
    default = getattr(Settings, name[2:].replace("-", "_"), None)
    shown = f"{default:g}" if isinstance(default, float) else default
    told = text if default in (None, "", ()) else f"{text} (default: {shown})"
    group.add_argument(name, type=kind, default=argparse.SUPPRESS, metavar=metavar, help=told)


def _switch(group: Group, name: str, text: str) -> None:
    """An option that turns the setting off which it names."""
    setting = name.removeprefix("--no-")
    group.add_argument(name, dest=setting, action="store_false", default=argparse.SUPPRESS, help=text)


def _base_path(text: str) -> str:
    stripped = text.strip("/")
    return "/" + stripped if stripped else ""


def _limit(text: str) -> int:
    return 0 if text == "0" else count(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
