"""Compiles an unpacked environment's modules aside, so that later starts need not.

Whatever runs from a bundle sees it read-only, and would compile everything that it imports at every start:
2 of 3 seconds with scikit-learn. The first start does not wait for it.
"""

import asyncio
from pathlib import Path

from fairhaven.core.launch import Limits
from fairhaven.core.processes import run, safe_environment

SECONDS = 600.0
LIMITS = Limits(memory=2 << 30, file_size=64 << 20)
_kept: set[asyncio.Task[None]] = set()


def compile_aside(environment: Path, python: Path) -> None:
    """Begin to compile; whether it comes to its end matters to nobody.

    `python` is an interpreter of this machine, not the environment's own, which foreign code may have made:
    text is compiled, none of it is run (`-I -S`: no `.pth` file counts).
    """
    task = asyncio.create_task(_compile(environment, python), name=f"compile {environment.parent.name[:12]}")
    _kept.add(task)
    task.add_done_callback(_kept.discard)


async def _compile(environment: Path, python: Path) -> None:
    command = [str(python), "-I", "-S", "-m", "compileall", "-q", str(environment / "lib")]
    try:
        await run(
            ["nice", "-n", "10", *command],
            cwd=environment,
            env=safe_environment(),
            time_limit=SECONDS,
            limits=LIMITS,
        )
    except FileNotFoundError:
        return  # the bundle was forgotten in the meantime
