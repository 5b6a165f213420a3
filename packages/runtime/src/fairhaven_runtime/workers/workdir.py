"""The server's folder for passing files: uploads, large answers, the module's temporary files."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import Self

PREFIX = "fairhaven-runtime-"


class WorkDir:
    """A private folder that goes with the server; those of killed servers are swept at the next start."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        self.uploads = path / "uploads"
        self.answers = path / "answers"
        self.tmp = path / "tmp"

    @classmethod
    def create(cls, parent: Path) -> Self:
        """Make a new folder below `parent`.

        Raises:
            OSError: `parent` cannot be written.
        """
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = cls(path, lock)
        for child in (folder.uploads, folder.answers, folder.tmp):
            child.mkdir()
        return folder

    def remove(self) -> None:
        """Delete the folder and all in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _sweep(parent: Path) -> None:
    """Delete folders whose server has ended without doing so: nobody holds their lock."""
    for path in parent.glob(PREFIX + "*"):
        if _abandoned(path / "lock"):
            shutil.rmtree(path, ignore_errors=True)


def _abandoned(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
