"""Environments of the modules and the peers, each from its hashed list, made once and kept in a cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "requirements"


def cache() -> Path:
    """The folder that outlives a run: environments and the generated model."""
    home = os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) / "fairhaven-bench" if home else ROOT / ".cache" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def python(name: str) -> Path:
    """Interpreter of the environment of `requirements/NAME.txt`; a changed list makes a new one."""
    wanted = REQUIREMENTS / f"{name}.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = cache() / f"{name}-{digest}"
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            print(f"installing {wanted.relative_to(ROOT)} (once) …", flush=True)
            _make(folder, wanted)
            (folder / "complete").touch()
    return folder / "bin" / "python"


def _make(folder: Path, wanted: Path) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if uv is None:
        raise SystemExit("uv is missing: `make bench-runtime` brings it")
    make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
    install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    for command in (make, [*install, "--require-hashes", "--requirement", str(wanted)]):
        subprocess.run(command, check=True)
