"""`fairhaven demo`: the first journey end to end, on a running platform or a temporary one.

A copy of the example `digits` is registered, built, published, started, asked about a real picture of a
digit through the gateway, stopped and removed; each step is shown with its time.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fairhaven.builds.schemas import Build, State
from fairhaven.cli.context import fail
from fairhaven.cli.local import local_token
from fairhaven.client.base import ApiProblem, Unreachable
from fairhaven.client.fairhaven import Fairhaven
from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.config import Settings, load
from fairhaven.core.ids import new_id
from fairhaven.core.installation import running
from fairhaven.workloads.schemas import Kind, Workload

T = TypeVar("T")

BUILD_LIMIT = 600.0  # seconds
START_LIMIT = 120.0


def run(settings: Settings, module: Path | None, out: Console) -> bool:
    """Show the journey; return whether it reached its end."""
    source = module or _example()
    with _a_platform(settings, out) as there, tempfile.TemporaryDirectory(prefix="fairhaven-demo-") as folder:
        copy = Path(folder) / f"digits-demo-{str(new_id())[-6:]}"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__", ".*_cache"))
        with Fairhaven(there.public_url, local_token(there)) as platform, _Steps(out) as steps:
            try:
                return _journey(platform, copy, steps)
            except (ApiProblem, Unreachable, TimeoutError) as problem:
                steps.failed(str(problem))
                return False


def _journey(platform: Fairhaven, source: Path, steps: "_Steps") -> bool:
    name, workload = source.name, None
    try:
        steps.do("Register the module", lambda: platform.modules.register(str(source)))
        build = steps.watch_build("Build, test and publish it", platform, name)
        if build.state is not State.SUCCEEDED:
            steps.failed(f"The build {build.state}: {build.reason}")
            return False
        release = platform.modules.releases(name)[0]
        workload = steps.do("Start a service from the release", lambda: _start(platform, release.id))
        picture = next(iter(sorted((source / "samples").glob("digit-*.png"))))
        said = steps.do("Predict on a real picture", lambda: _predict(platform, workload, picture))
        steps.say(f"The picture {picture.name} shows a [bold]{said[0]}[/bold] ({said[1]:.1%} sure).")
        return picture.stem.endswith(said[0])
    finally:
        steps.do("Stop it and clean up", lambda: _clean_up(platform, name, workload))


def _start(platform: Fairhaven, release: UUID) -> Workload:
    queued = platform.workloads.start(release, name="digits demo", kind=Kind.SERVICE)
    return platform.workloads.wait(queued.id, seconds=START_LIMIT)


def _predict(platform: Fairhaven, workload: Workload, picture: Path) -> tuple[str, float]:
    found = platform.workloads.predict(workload.id, files={"image": picture}).json()["predictions"]
    return str(found["labels"][0]), float(found["probabilities"][0])


def _clean_up(platform: Fairhaven, name: str, workload: Workload | None) -> None:
    if workload is not None:
        platform.workloads.delete(workload.id)
    try:
        platform.modules.remove(name)
    except ApiProblem as problem:
        if problem.details.status != 404:  # it was never registered
            raise


class _Steps:
    """The steps as lines with a moving bar and their times."""

    def __init__(self, out: Console) -> None:
        self._out = out
        columns = (
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
        )
        self._progress = Progress(
            *columns, TextColumn("{task.fields[note]}"), TimeElapsedColumn(), console=out
        )
        self._began = time.monotonic()

    def __enter__(self) -> "_Steps":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        self._out.print(f"All of it took {time.monotonic() - self._began:.1f} s.", highlight=False)

    def do(self, what: str, act: Callable[[], T]) -> T:
        line = self._progress.add_task(what, total=None, note="")
        done = act()
        self._progress.update(line, total=1, completed=1)
        return done

    def watch_build(self, what: str, platform: Fairhaven, module: str) -> Build:
        line = self._progress.add_task(what, total=6, note="")

        def tell(build: Build) -> None:
            done = sum(stage.state.ended for stage in build.stages)
            under_way = next((str(stage.name) for stage in build.stages if stage.state == State.RUNNING), "")
            self._progress.update(line, total=len(build.stages) or 6, completed=done, note=under_way)

        queued = _until(lambda: platform.builds.list(module=module).items)[0]
        return platform.builds.wait(queued.id, timeout=BUILD_LIMIT, interval=0.2, tell=tell)

    def say(self, text: str) -> None:
        self._progress.console.print(text, highlight=False)

    def failed(self, text: str) -> None:
        self._progress.console.print(text, style="red", markup=False, highlight=False)


def _until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise TimeoutError("The platform did not queue a build.")


@contextmanager
def _a_platform(settings: Settings, out: Console) -> Iterator[Settings]:
    """The platform that runs on this data folder, or a temporary one for the time of the demo."""
    if running(settings):
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="fairhaven-demo-") as folder:
        listen = f"{LOOPBACK}:{free_port()}"
        temporary = load(data=Path(folder) / "data", listen=listen)
        command = [sys.executable, "-m", "fairhaven", "up", "--data", str(temporary.data), "--listen", listen]
        out.print(f"No platform runs here; starting a temporary one on {listen} …", highlight=False)
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)  # noqa: S603 - ourselves
            try:
                _until(lambda: process.poll() is not None or running(temporary), seconds=60)
                if process.poll() is not None:
                    fail((Path(folder) / "log").read_text()[-2000:])
                yield temporary
            finally:
                process.terminate()
                process.wait(20)


def _example() -> Path:
    found = Path(__file__).parents[3] / "examples" / "modules" / "digits"
    if not found.is_dir():
        fail("The example module is not installed with the package: give its folder with --module.")
    return found
