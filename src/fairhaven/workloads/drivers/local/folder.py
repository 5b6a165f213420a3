"""A run's own folder: what its keeper is to do, what it noted, its output, and whether it lives."""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fairhaven.core.components.folders import private_folder, write_private
from fairhaven.workloads.ports import Observed, Phase
from fairhaven.workloads.schemas import LogPart


class RunFolder:
    """`<data>/workloads/<id>/`: blocking and quick; call it in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.work = path / "work"
        self.secrets = self.work / "secrets"

    def prepare(self) -> None:
        """Make it, closed to everybody else."""
        private_folder(self.path)
        private_folder(self.work)
        self._clear_secrets()

    def generation(self) -> int:
        """The latest generation that was started; 0 when none was."""
        return int(self._read("started.json").get("generation", 0))

    def order(self, order: dict[str, Any]) -> None:
        """Write what the next keeper is to do; what it is to give the program it gets by a pipe."""
        write_private(self.path / "run.json", json.dumps(order))

    def alive(self) -> bool:
        """Whether a keeper holds the lock: the kernel lets go of it when the keeper dies."""
        try:
            file = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def look(self) -> Observed:
        """Put together what the keeper noted and whether it lives."""
        alive = self.alive()
        started = self._read("started.json")
        if not started:
            return Observed(Phase.ABSENT)
        generation, began = int(started["generation"]), _moment(started["started_at"])
        if alive:
            addresses = self._read("addresses.json")
            return Observed(Phase.RUNNING, generation, addresses=addresses, started_at=began)
        self._clear_secrets()
        ended = self._read("ended.json")
        if ended.get("generation") != generation:
            reason = "The process that kept it died, and it was ended with it."
            return Observed(Phase.ENDED, generation, reason=reason, started_at=began)
        code, at = int(ended["exit_code"]), _moment(ended["ended_at"])
        return Observed(Phase.ENDED, generation, code, started_at=began, ended_at=at)

    def tell_to_stop(self) -> None:
        """Write to the keeper's pipe; nobody reads it when the keeper has ended."""
        try:
            pipe = os.open(self.path / "control", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        try:
            os.write(pipe, b"stop\n")
        finally:
            os.close(pipe)

    def remove(self) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path)

    def remember_addresses(self, addresses: dict[str, str]) -> None:
        write_private(self.path / "addresses.json", json.dumps(addresses))

    def log(self, offset: int, limit: int) -> LogPart:
        """Read at most `limit` bytes from `offset`, whole characters only; negative: from the end."""
        segments = self._segments()
        if not segments:
            return LogPart(text="", offset=0, next=0, size=0)
        first, size = segments[0][0], segments[-1][0] + segments[-1][1]
        begin = min(max(size + offset if offset < 0 else offset, first), size)
        data = _whole_characters(self._bytes(segments, begin, limit), at_end=begin + limit >= size)
        return LogPart(text=data.decode(errors="replace"), offset=begin, next=begin + len(data), size=size)

    def _clear_secrets(self) -> None:
        """Remove what is left of secret files, and whatever the program put in their place."""
        if self.secrets.is_dir() and not self.secrets.is_symlink():
            shutil.rmtree(self.secrets, ignore_errors=True)
        else:
            self.secrets.unlink(missing_ok=True)

    def _segments(self) -> list[tuple[int, int]]:
        """(offset of the first byte, size) of the files of the log, in order."""
        with suppress(FileNotFoundError):
            return sorted((int(file.name), file.stat().st_size) for file in (self.path / "log").iterdir())
        return []

    def _bytes(self, segments: Sequence[tuple[int, int]], begin: int, limit: int) -> bytes:
        data = b""
        for start, size in segments:
            if start + size <= begin or len(data) >= limit:
                continue
            with suppress(FileNotFoundError), (self.path / "log" / f"{start:020d}").open("rb") as file:
                file.seek(max(0, begin - start))
                data += file.read(limit - len(data))
        return data

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return {}
        assert isinstance(found, dict)
        return found


def _whole_characters(data: bytes, *, at_end: bool) -> bytes:
    """Without the beginning of a UTF-8 character whose rest comes later."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        # A broken character is given as it is when nothing else is there, so that readers get on.
        return data[:-back] if length > back and (len(data) > back or at_end) else data
    return data


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
