"""Runs uv: the packages' resolver and installer, with one cache for the whole installation.

No step here runs foreign code unless `builds` is asked for: wheels are only unpacked. Files of the shared
cache are hard links in environments, so whoever runs code in an environment must see it read-only.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

from fairhaven.core.bundles.errors import EnvironmentFailed, NoPython
from fairhaven.core.launch import interpreter
from fairhaven.core.processes import Completed, run, safe_environment
from fairhaven.core.sandbox import Sandbox, interpreter_folders

OLDEST = "3.11"
EPOCH = "315532800"  # 1980-01-01, the first day a zip archive knows: wheels built twice are the same


def program() -> Path:
    """Where uv is."""
    return Path(find_uv_bin())


def environment(cache: Path) -> dict[str, str]:
    """What uv is started with: our proxies, certificates and indexes, and nothing personal."""
    given = safe_environment(network=True)
    own = str(interpreter().parent)
    return given | {
        "PATH": f"{own}{os.pathsep}{given.get('PATH', os.defpath)}",
        "UV_CACHE_DIR": str(cache),
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "NO_COLOR": "1",
        "SOURCE_DATE_EPOCH": EPOCH,
    }


def shared_cache(data: Path) -> Path:
    """The cache of an installation: only steps that run no foreign code may use it."""
    folder = data / "cache" / "uv"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def find_python(wanted: str, *, cwd: Path, cache: Path) -> Path:
    """The Python of this machine that fits a version specifier (PEP 440), our own first.

    Raises:
        NoPython: there is none.
        EnvironmentFailed: uv itself fails.
    """
    specifier = f">={OLDEST},{wanted}".rstrip(", ") if wanted[:1] in "<>=!~" else f">={OLDEST}"
    found = await run(
        [str(program()), "python", "find", "--system", "--no-project", specifier],
        cwd=cwd,
        env=environment(cache),
        time_limit=60,
    )
    lines = [line for line in found.output_tail.splitlines() if line.startswith("/")]
    if found.ok and lines:
        return Path(lines[-1])
    # The second: the only one that might fit is broken, such as a version manager's leftover.
    if any(words in found.output_tail for words in ("No interpreter found", "Failed to inspect")):
        raise NoPython(
            f"Python {specifier} is needed, and this machine has none.",
            fix=f"Widen `requires-python` in pyproject.toml, or install such a Python ({_own()} is here).",
        )
    raise EnvironmentFailed(f"uv cannot look for a Python {specifier}: {found.output_tail.strip()[-1000:]}")


async def make_environment(target: Path, python: Path, *, cache: Path, log: Path | None) -> Completed:
    """An empty virtual environment that may be moved."""
    command = [str(program()), "venv", "--quiet", "--clear", "--no-project", "--relocatable"]
    return await run(
        [*command, "--python", str(python), str(target)],
        cwd=target.parent, env=environment(cache), time_limit=120, log=log,
    )  # fmt: skip


async def install(
    target: Path,
    what: Sequence[str],
    *,
    data: Path,
    work: Path,
    builds: bool,
    read_only: Sequence[Path],
    time_limit: float,
    log: Path | None,
) -> Completed:
    """Install into the environment `target`; `what` are options and requirements of `uv pip install`.

    `builds` allows packages that exist as source only: these are built closed in, with a cache of their own
    in `work`, since their code could spoil the shared one; they see what is named in `read_only`.
    """
    command = ["pip", "install", "--python", str(target / "bin" / "python"), *what]
    if builds:
        return await closed_in(
            command, work=work, writable=[target], read_only=read_only, time_limit=time_limit, log=log
        )
    return await plain([*command, "--no-build"], data=data, cwd=work, time_limit=time_limit, log=log)


async def plain(
    arguments: Sequence[str], *, data: Path, cwd: Path, time_limit: float, log: Path | None
) -> Completed:
    """Run uv with the shared cache; the arguments must keep it from running foreign code (`--no-build`)."""
    env = environment(shared_cache(data))
    return await run([str(program()), *arguments], cwd=cwd, env=env, time_limit=time_limit, log=log)


async def closed_in(
    arguments: Sequence[str],
    *,
    work: Path,
    writable: Sequence[Path],
    read_only: Sequence[Path],
    time_limit: float,
    log: Path | None,
) -> Completed:
    """Run uv where it may run foreign code: in the sandbox, with the network and a cache of its own."""
    env = environment(work / "cache")
    sandbox = await Sandbox.detect()
    python = [folder for path in (*writable, *read_only) for folder in _pythons_below(path)]
    command = sandbox.wrap(
        [str(program()), *arguments],
        read_only=[program(), *python, *read_only],
        writable=[work, *writable],
        network=True,
        home=work,
        env=env,
    )
    return await run(command, cwd=work, env=env, time_limit=time_limit, log=log)


def python_version(target: Path) -> str:
    """The full version of an environment's Python, as its `pyvenv.cfg` says."""
    found = re.search(
        r"^version(?:_info)?\s*=\s*([0-9.]+)", (target / "pyvenv.cfg").read_text(), re.MULTILINE
    )
    return found[1] if found else OLDEST


def _pythons_below(path: Path) -> list[Path]:
    python = path / "bin" / "python"
    return interpreter_folders(python) if python.is_symlink() else []


def _own() -> str:
    return ".".join(map(str, sys.version_info[:2]))
