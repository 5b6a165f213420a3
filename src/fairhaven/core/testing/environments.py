"""Environments of programs that only tests need: made once from their lock, kept in pytest's cache.

They take uv; without it tests are skipped loudly, and fail where `CI=true`.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[4] / "requirements"


def environment(config: pytest.Config, name: str) -> Path:
    """The environment with what `requirements/<name>.txt` locks."""
    assert config.cache is not None
    folder = config.cache.mkdir(name)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock_file = REQUIREMENTS / f"{name}.txt"
        complete = folder / f"complete-{hashlib.sha256(lock_file.read_bytes()).hexdigest()[:12]}"
        if not complete.exists():
            _make(folder / "env", name)
            complete.touch()
    return folder / "env"


def _make(folder: Path, name: str) -> None:
    beside = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    uv = shutil.which("uv", path=beside)
    if uv is None:
        reason = f"uv is needed to make an environment for {name}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    make = [uv, "venv", "--clear", "--python", sys.executable, str(folder)]
    needed = ["--require-hashes", "--requirement", str(REQUIREMENTS / f"{name}.txt")]
    install = [uv, "pip", "install", "--python", str(folder / "bin" / "python"), *needed]
    for command in (make, install):
        subprocess.run(command, check=True, capture_output=True, timeout=300)
