"""Where the trained model lives: `MODULE_MODELS`, else the user's cache, else a private temporary folder.

The first of these that can be written is used, so the module also runs from a read-only source tree.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import joblib
import sklearn

PACKAGE = "fairhaven_penguins"
# A pickled estimator is only safe to read with the scikit-learn that wrote it.
FILE = f"model-sklearn-{sklearn.__version__}.joblib"


def save(model: object) -> Path:
    """Write the model in one step: a reader sees the old one or the new one, never half of it."""
    target = folder() / FILE
    draft = target.with_name(f".{uuid4().hex}.part")
    try:
        joblib.dump(model, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def load() -> Any | None:
    """Return the model that was saved last, by any process, or None when there is none."""
    path = folder() / FILE
    try:
        facts = path.stat()
        return _read(path, (facts.st_mtime_ns, facts.st_ino))
    except FileNotFoundError:
        return None


def folder() -> Path:
    """Return the first place that can be written.

    Raises:
        PermissionError: there is none.
    """
    for place in _places():
        if _can_write(place):
            return place
    raise PermissionError("no folder for the model can be written: point MODULE_MODELS to one that can")


def _places() -> Iterator[Path]:
    if chosen := os.environ.get("MODULE_MODELS"):
        yield Path(chosen)
    if cache := os.environ.get("XDG_CACHE_HOME"):
        yield Path(cache) / PACKAGE
    elif home := os.environ.get("HOME"):
        yield Path(home) / ".cache" / PACKAGE
    private = Path(tempfile.gettempdir()) / f"{PACKAGE}-{os.getuid()}"
    if _is_ours(private):
        yield private


def _is_ours(place: Path) -> bool:
    """Refuse a folder that somebody else put into the shared temporary folder: pickles run code."""
    try:
        return place.lstat().st_uid == os.getuid()
    except FileNotFoundError:
        return True


def _can_write(place: Path) -> bool:
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK | os.X_OK)


@lru_cache(maxsize=1)
def _read(path: Path, _stamp: tuple[int, int]) -> Any:
    return joblib.load(path)
