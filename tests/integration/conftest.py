"""Whole installations for tests that kill them: small modules, and looks at what they leave behind."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from psycopg.rows import dict_row

from fairhaven.core.testing.whole import WholePlatform, end_workloads, until

METADATA = Path(__file__).parents[2] / "examples" / "modules" / "digits" / "ai4-metadata.yml"
PYPROJECT = """
    [build-system]
    requires = ["hatchling>=1.26,<2"]
    build-backend = "hatchling.build"

    [project]
    name = "{name}"
    version = "1.2.3"
    requires-python = ">=3.11"
    dependencies = {dependencies}

    [project.entry-points."deepaas.v2.model"]
    small = "small.api"

    [tool.hatch.build.targets.wheel]
    packages = ["small"]
"""
# Waits in its own folder for a file, where the test's environment tells it to.
API = """
    import os, pathlib, time

    def warm():
        print("it loads", flush=True)
        _wait("WAIT_AT_LOADING")

    def predict():
        _wait("WAIT_AT_PREDICTING")
        return {"answer": 42}

    def _wait(when):
        if when in os.environ:
            print(f"{when}: waiting", flush=True)
            while not pathlib.Path.home().joinpath(os.environ[when]).exists():
                time.sleep(0.05)
"""
# Tests that say that they run, and wait for a file.
SLOW_TO_TEST = """
    import pathlib, time

    def test_waits():
        pathlib.Path("waiting-in-tests").touch()
        while not pathlib.Path("go-on-in-tests").exists():
            time.sleep(0.05)
"""
UNDER_WAY = ("queued", "running")


class Installation(WholePlatform):
    """A whole platform as the tests use it: its API as the administrator, its rows, its processes."""

    @property
    def environment(self) -> dict[str, str]:
        """As its operator's, with a folder of its own for temporary files."""
        return {**super().environment, "TMPDIR": str(self.temporary)}

    @property
    def temporary(self) -> Path:
        return self.data.parent / "tmp"

    @property
    def api(self) -> httpx.Client:
        return self._client

    def open(self) -> None:
        """Make a token and a client with it; both outlive the platform's processes."""
        self.secret = self.token()
        self._client = self.client({"Authorization": f"Bearer {self.secret}"})

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def register(self, folder: Path) -> dict[str, Any]:
        """Register a folder and return the build that this queued."""
        answer = self.api.post("/api/v1/modules", json={"url": str(folder)})
        assert answer.status_code == 201, answer.text
        queued = until(lambda: self.items(f"builds?module={answer.json()['name']}"))
        return self.build(queued[0]["id"])

    def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path)["items"]
        return found

    def get(self, path: str) -> dict[str, Any]:
        answer = self.api.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def build(self, build_id: str) -> dict[str, Any]:
        """A build, with its stages by name."""
        found = self.get(f"builds/{build_id}")
        return found | {"stages": {stage["name"]: stage for stage in found["stages"]}}

    def ended(self, build_id: str, seconds: float = 60) -> dict[str, Any]:
        """The build once it has ended, and its job and folder with it."""

        def look() -> dict[str, Any] | None:
            found = self.build(build_id)
            return None if found["state"] in UNDER_WAY or self.folder_of(build_id).exists() else found

        ended: dict[str, Any] = until(look, seconds)
        return ended

    def waits(self, build_id: str, stage: str) -> bool:
        """Whether the module's code waits in the stage now (it says so by a file)."""
        now = self.build(build_id)["stages"][stage]
        marker = self.folder_of(build_id) / "module" / f"waiting-in-{stage}"
        with suppress(FileNotFoundError):
            began = datetime.fromisoformat(now["started_at"] or "9999-01-01T00:00:00Z").timestamp()
            return bool(now["state"] == "running" and marker.stat().st_mtime > began)
        return False

    def go_on(self, build_id: str, stage: str) -> None:
        (self.folder_of(build_id) / "module" / f"go-on-in-{stage}").touch()

    def folder_of(self, build_id: str) -> Path:
        return self.data / "builds" / build_id

    def release(self, folder: Path) -> str:
        """Register a sound module and return the id of its release."""
        build = self.ended(self.register(folder)["id"])
        assert build["state"] == "succeeded", build["reason"]
        return str(build["release_id"])

    def begin(self, release: str, **environment: str) -> str:
        """Ask for a service of a release and return its id."""
        asked = {"release": release, "environment": environment}
        answer = self.api.post("/api/v1/workloads", json=asked)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def is_running(self, workload: str) -> bool:
        found = self.get(f"workloads/{workload}")
        assert found["state"] not in ("failed", "stopped"), found["reason"]
        return bool(found["state"] == "running")

    def predict(self, workload: str, seconds: float = 30) -> httpx.Response:
        """What the workload answers through the gateway."""
        return self.api.post(f"/endpoints/{workload}/v2/models/small/predict/", timeout=seconds)

    def answers(self, workload: str) -> bool:
        with suppress(httpx.TransportError):
            said = self.predict(workload)
            return said.status_code == 200 and said.json()["predictions"] == {"answer": 42}
        return False

    def said(self, workload: str) -> str:
        return str(self.get(f"workloads/{workload}/log")["text"])

    def forget(self, workload: str) -> None:
        """Delete a workload and wait until nothing of it is left."""
        assert self.api.delete(f"/api/v1/workloads/{workload}").status_code in (202, 204)
        until(lambda: not (self.data / "workloads" / workload).exists())

    def browser(self) -> httpx.Client:
        """A browser in which the administrator is signed in."""
        found = self.client({"Accept": "text/html"})
        assert found.post(self.fresh_link()).status_code == 303
        return found

    def fresh_link(self) -> str:
        """A sign-in link of the administrator's."""
        return self.command("sign-in-link").strip()

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.database, row_factory=dict_row) as connection:  # type: ignore[arg-type]
            return list(connection.execute(query, values))  # type: ignore[arg-type, call-overload]

    @property
    def database(self) -> str:
        url: str = json.loads((self.data / "running.json").read_text())["database"]
        return url.replace("postgresql+psycopg://", "postgresql://")

    def processes(self, *marks: str) -> list[psutil.Process]:
        """Every process that speaks of this installation's folder, and of all the marks."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                about = " ".join([*process.cmdline(), process.cwd()])
                alive = process.status() != psutil.STATUS_ZOMBIE
                if alive and all(mark in about for mark in (str(self.data), *marks)):
                    found.append(process)
        return found

    def orphans(self) -> list[str]:
        """Processes that belong neither to the running platform nor to a workload that its rows know."""
        known = self.rows("SELECT id FROM workloads")
        parents = {self.pid} | {
            each.pid for row in known for each in self.processes("keeper.py", str(row["id"]))
        }
        return [_described(each) for each in self.processes() if not _descends(each, parents)]

    def end_workloads(self) -> None:
        """End the keepers; what they keep ends with them."""
        end_workloads(self.data)


MakeModule = Callable[..., Path]
Installed = Callable[..., Installation]


@contextmanager
def installing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Gives `install(**settings)`: a running installation; at the end nothing of it runs any more.

    Used in fixtures of as small a scope as can be: installations that idle cost the others their time. All
    of a run share one cache of packages, as the installations of one machine would.
    """
    cache = tmp_path_factory.getbasetemp() / "cache"
    cache.mkdir(exist_ok=True)
    made: list[Installation] = []

    def start(**settings: str) -> Installation:
        whole = Installation(tmp_path_factory.mktemp("whole") / "data", **settings)
        whole.data.mkdir()
        whole.temporary.mkdir()
        (whole.data / "cache").symlink_to(cache)
        made.append(whole)
        whole.start()
        whole.open()
        return whole

    try:
        yield start
    finally:
        for each in made:
            each.stop()
            each.end_workloads()
            shutil.rmtree(each.data.parent, ignore_errors=True)


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """`install(**settings)`: a running installation, for one test."""
    with installing(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def make_module(tmp_path_factory: pytest.TempPathFactory) -> MakeModule:
    """Write the folder of a module: `make_module("name", dependencies=["…"], **{"small/api.py": "…"})`.

    A file whose text is empty is left out. The tests of a `slow` one wait until `go_on`.
    """

    def make(name: str, *, dependencies: tuple[str, ...] = (), slow: bool = False, **files: str) -> Path:
        folder = tmp_path_factory.mktemp("modules") / name
        content = {
            "small/__init__.py": "# a package\n",
            "small/api.py": API,
            "pyproject.toml": PYPROJECT.format(name=name, dependencies=list(dependencies)),
            "ai4-metadata.yml": METADATA.read_text(),
        }
        content |= {"tests/test_slow.py": SLOW_TO_TEST} if slow else {}
        for file, text in (content | files).items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if text:
                path.write_text(dedent(text))
        return folder

    return make


def _described(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return f"{process.pid} (of {process.ppid()}): {' '.join(process.cmdline())[:300]}"
    return ""


def _descends(process: psutil.Process, ancestors: set[int]) -> bool:
    with suppress(psutil.NoSuchProcess):
        return not ancestors.isdisjoint({process.pid, *(each.pid for each in process.parents())})
    return True
