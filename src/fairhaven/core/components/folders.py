"""A component's folder and its log file: private, bounded in size, owned by one supervisor at a time."""

import fcntl
import os
import shutil
from pathlib import Path

from fairhaven.core.components.errors import HomeInUse

LOG_LIMIT = 10 * 1024 * 1024


class HomeLock:
    """Holds a folder for one supervisor. The kernel releases it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None

    def take(self) -> None:
        """Raises: HomeInUse: another process holds it."""
        # To be passed through, not listed: a component may run as another user in its own folder below.
        self._home.mkdir(mode=0o711, parents=True, exist_ok=True)
        file = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 32).decode().strip()
            os.close(file)
            raise HomeInUse(self._home, int(holder) if holder.isdigit() else None) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def private_folder(folder: Path) -> Path:
    """Make the folder if need be, and close it to everybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != 0o700:
        folder.chmod(0o700)
    return folder


def write_private(file: Path, text: str) -> Path:
    """Write a file that only we can read, whole or not at all."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return draft.replace(file)


def rotate(log: Path) -> None:
    """Set the log of the previous run aside; one is kept."""
    if log.exists() and log.stat().st_size:
        log.replace(log.with_name(f"{log.name}.1"))


def shorten(log: Path, limit: int = LOG_LIMIT) -> bool:
    """Copy a log that grew over `limit` bytes aside and empty it under its writer, who appends."""
    if not log.exists() or log.stat().st_size <= limit:
        return False
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
    return True


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, at most 8 kB."""
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 8192))
        text = stream.read().decode("utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])
