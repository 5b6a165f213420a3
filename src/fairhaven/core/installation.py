"""The installation on this machine, as commands of its operator find it: word of what runs, and its database.

Nothing of the web is imported for that: a command that needs a row has it after a second.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from fairhaven.core.components.component import ComponentStatus
from fairhaven.core.components.folders import write_private
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.errors import Unconfigured
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

EMBEDDED = "embedded:"


@asynccontextmanager
async def database_only(settings: Settings) -> AsyncIterator[Platform]:
    """The platform without object store and drivers, and without starting anything.

    Raises:
        Unconfigured: the embedded database does not run.
    """
    url = settings.database.get_secret_value()
    if url == EMBEDDED:
        url = running(settings).get("database", "")
    if not url:
        raise Unconfigured(
            "The platform does not run on this machine.", fix="Start it with `fairhaven up` first."
        )
    database = Database(url)
    try:
        yield Platform(settings, database)
    finally:
        await database.close()


def running(settings: Settings) -> dict[str, Any]:
    """What the `up` process of this data folder left word of; empty when none runs."""
    try:
        note: dict[str, Any] = json.loads(_file(settings).read_text())
        os.kill(note["pid"], 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return {}
    return note


class Note:
    """Word of what runs, for other commands on this machine; readable by its owner only."""

    def __init__(self, settings: Settings, web_url: str) -> None:
        self._file = _file(settings)
        self._about = {"pid": os.getpid(), "url": settings.public_url, "web": web_url}
        self._states: dict[str, dict[str, Any]] = {}
        self.database_url = ""

    def changed(self, status: ComponentStatus) -> None:
        """Note how a component is, and tell the log."""
        tell = log.warning if status.problem else log.debug
        tell("component", name=status.name, state=status.state.value, problem=status.problem)
        self._states[status.name] = {
            "state": status.state.value,
            "version": status.version,
            "pids": list(status.pids),
            "url": status.url,
            "restarts": status.restarts,
            "problem": status.problem,
            "log": str(status.log),
        }
        if self.database_url:
            self.write()

    def write(self) -> None:
        about = {**self._about, "database": self.database_url, "components": self._states}
        write_private(self._file, json.dumps(about, indent=1))

    def remove(self) -> None:
        self._file.unlink(missing_ok=True)


def _file(settings: Settings) -> Path:
    return settings.data / "running.json"
