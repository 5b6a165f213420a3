"""Runs a stock server and ours side by side, both with the same module, and keeps what each answered."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.contract.runtime.corpus.client import ROOT, Client, Outcome

HERE = Path(__file__).parent
REQUIREMENTS = ROOT / "requirements"
Corpus = dict[str, Any]
Replay = dict[str, tuple[Outcome, Outcome]]
"""By the entry's id: what the stock server answered, and what ours did."""


class Stage:
    """Where a corpus is played: an environment that holds the stock server, and its module installed."""

    def __init__(self, python: Path, modules: Path, folder: Path) -> None:
        self.python = python
        self.modules = modules
        self._folder = folder
        self.environment = {"MODULE_MODELS": str(folder / "models")}

    @contextmanager
    def stock(self, *options: str) -> Iterator[int]:
        """The port of a running `deepaas-run`; it is killed in the end, since it can hang when asked."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [str(self.python.with_name("deepaas-run")), "--listen-port", str(port), *options]
        places = {"PYTHONPATH": str(self.modules), "TMPDIR": str(self._folder)}
        log = self._folder / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                env={**os.environ, **places, **self.environment},
                cwd=self._folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _wait_for(port, process, log)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError(f"it does not listen: {log.read_text()}")


@pytest.fixture(scope="session")
def stage(
    make_environment: Callable[..., Path],
    install: Callable[..., Path],
    install_project: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Corpus], Stage]:
    """Set the stage for a corpus: its `environment`, with its `project` installed or its probe at hand."""

    def build(corpus: Corpus) -> Stage:
        name = corpus.get("environment", "stock-deepaas")
        wanted = ("--require-hashes", "--requirement", str(REQUIREMENTS / f"{name}.txt"))
        python = make_environment(name, *wanted)
        project = corpus.get("project")
        modules = install_project(python, ROOT / project) if project else install(corpus["module"])
        return Stage(python, modules, tmp_path_factory.mktemp("stock"))

    return build


@pytest.fixture(scope="session")
def install_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, Path], Path]:
    """Install a project as its users do, and return the folder, for PYTHONPATH, that it went to."""

    def install(python: Path, project: Path) -> Path:
        folder = tmp_path_factory.mktemp("project")
        shutil.copytree(project, folder / "source")  # some builders write into the source
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert uv is not None
        build = [
            "--build-constraints",
            str(REQUIREMENTS / "build.txt"),
            "--no-build-isolation-package=cloud-cover",
        ]
        where = ["--python", str(python), "--target", str(folder / "modules"), "--no-deps"]
        command = [uv, "pip", "install", *build, *where, str(folder / "source")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return folder / "modules"

    return install


@pytest.fixture(scope="session")
def replays(
    request: pytest.FixtureRequest,
    stage: Callable[[Corpus], Stage],
    starter_in: Callable[..., Any],
) -> Iterator[Callable[[str], Replay]]:
    """What both servers answered to the entries of a corpus; two are played at a time."""

    def play(name: str) -> Replay:
        corpus = tomllib.loads((HERE / f"{name}.toml").read_text())
        set_up = stage(corpus)
        with (
            set_up.stock(*corpus.get("stock", ())) as port,
            closing(starter_in(set_up.python, lambda module: set_up.modules)) as start,
        ):
            options = tuple(corpus.get("ours", ()))
            server = start(corpus["module"], options=options, environment=set_up.environment).ready()
            stock, ours = Client(port, patient=False), Client(server.client.base_url.port)
            return {entry["id"]: (stock.outcome(entry), ours.outcome(entry)) for entry in corpus["request"]}

    ours = [item for item in request.session.items if item.path.parent == HERE and hasattr(item, "callspec")]
    wanted = {item.callspec.params["name"] for item in ours}
    with ThreadPoolExecutor(2) as pool:
        names = sorted(path.stem for path in HERE.glob("*.toml") if path.stem in wanted)
        coming: dict[str, Future[Replay]] = {name: pool.submit(play, name) for name in names}
        yield lambda name: coming[name].result()
