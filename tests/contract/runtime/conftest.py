"""Real servers for probe modules: tests talk HTTP to processes whose workers run in their own environment."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

PROBES = Path(__file__).parent / "probes"
STOCK = Path(__file__).parents[3] / "requirements" / "stock-deepaas.txt"
DIALECT = ["marshmallow>=3.13,<4", "webargs<6"]
TARGETS = {"classy": "classy:Model"}
"""Entry points of probes that are no module of the same name."""


def eventually(condition: Callable[[], Any], *, within: float = 10.0) -> Any:
    """Wait until `condition` is true and return its value; fail after `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if value := condition():
            return value
        threading.Event().wait(0.01)
    raise AssertionError(f"not true within {within} s: {condition}")


class Server:
    """One running `fairhaven-runtime serve`."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), self.log
        self.url = line.split()[-1]
        self.client = httpx.Client(base_url=self.url, timeout=20)

    @property
    def log(self) -> str:
        """What the server and its workers wrote to standard error."""
        return (self.folder / "log").read_text()

    def ready(self) -> "Server":
        """Wait until predictions can be answered."""
        eventually(lambda: self.client.get("/readyz").status_code == 200)
        return self

    def predict(self, **query: Any) -> httpx.Response:
        """POST a prediction of the probe `everything`."""
        return self.client.post("/v2/models/everything/predict/", params=query)

    def workers(self) -> list[int]:
        """Process ids of the server's living workers: its own children, and those of its nursery."""
        nursery = self.nursery()
        own = [pid for pid in children_of(self.process.pid) if pid != nursery]
        return [pid for pid in (*own, *children_of(nursery or 0)) if is_alive(pid)]

    def nursery(self) -> int | None:
        """Process id of the child that forks workers, if it lives."""
        return next((pid for pid in children_of(self.process.pid) if is_nursery(pid)), None)

    def files(self) -> list[Path]:
        """Files that the server keeps for requests: none, when none is being answered."""
        uploads, answers = (self.folder / "work").glob("*/uploads"), (self.folder / "work").glob("*/answers")
        return [path for root in (*uploads, *answers) for path in root.rglob("*") if path.is_file()]

    def number(self, name: str) -> float:
        """One value of `/metrics`."""
        lines = self.client.get("/metrics").text.splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith(name + " ")))


def children_of(pid: int) -> list[int]:
    """Process ids of a process's children; none when it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_nursery(pid: int) -> bool:
    """Whether a server's child forks workers."""
    try:
        return b"--nursery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="session")
def make_environment(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Interpreter of an environment of that name, made once and kept in pytest's cache.

    `make_environment("stock", "--requirement", path)`: the rest is what `uv pip install` is told.
    """
    cache = request.config.cache
    assert cache is not None

    def make(name: str, *wanted: str) -> Path:
        folder = cache.mkdir(name)
        content = [Path(each).read_text() if Path(each).is_file() else each for each in wanted]
        known = hashlib.sha256(repr((sys.executable, content)).encode()).hexdigest()
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            complete = folder / "complete"
            if not complete.exists() or complete.read_text() != known:
                complete.unlink(missing_ok=True)
                _make_environment(folder / "env", wanted)
                complete.write_text(known)
        return folder / "env" / "bin" / "python"

    return make


def _make_environment(folder: Path, wanted: Sequence[str]) -> None:
    beside = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    uv = shutil.which("uv", path=beside)
    if uv is None:
        reason = "uv is needed to make an environment for modules"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    make = [uv, "venv", "--clear", "--python", sys.executable, str(folder)]
    install = [uv, "pip", "install", "--compile-bytecode", "--python", str(folder / "bin" / "python")]
    for command in (make, [*install, *wanted]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def module_python(make_environment: Callable[..., Path]) -> Path:
    """Interpreter of an environment with the modules' dialect, and without the package `deepaas`."""
    return make_environment("runtime-modules", *DIALECT)


@pytest.fixture(scope="session")
def stock_python(make_environment: Callable[..., Path]) -> Path:
    """Interpreter of an environment with deepaas as it is released."""
    return make_environment("stock-deepaas", "--require-hashes", "--requirement", str(STOCK))


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder that, on PYTHONPATH, holds probe modules with their entry points."""
    tmp_path_factory.getbasetemp()  # made here: the corpus asks from several threads at once

    def install(*names: str) -> Path:
        folder = tmp_path_factory.mktemp("modules")
        for name in names:
            shutil.copy(PROBES / f"{name}.py", folder)
            info = folder / f"{name}-0.1.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
            (info / "entry_points.txt").write_text(
                f"[deepaas.v2.model]\n{name} = {TARGETS.get(name, name)}\n"
            )
        return folder

    return install


@pytest.fixture(scope="session")
def runtime(
    install: Callable[..., Path], module_python: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command to its end: `runtime("describe", modules=["bare"])`."""

    def run(verb: str, *options: str, modules: list[str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fairhaven_runtime", verb, "--python", str(module_python), *options]
        environment = {**os.environ, "PYTHONPATH": str(install(*modules))}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30, check=False
        )

    return run


class Starter:
    """Starts servers and ends them all at the close."""

    def __init__(self, python: Path, install: Callable[..., Path], factory: pytest.TempPathFactory) -> None:
        self._python = python
        self._install = install
        self._factory = factory
        self._stack = ExitStack()

    def __call__(
        self,
        *modules: str,
        options: tuple[str, ...] = (),
        inside: Callable[[str], list[str]] = lambda work: [],
        environment: Mapping[str, str] | None = None,
    ) -> Server:
        folder = self._factory.mktemp("server")
        work = folder / "work"
        work.mkdir()
        where = () if "--uds" in options else ("--port", "0")
        command = [sys.executable, "-m", "fairhaven_runtime", "serve", "--python", str(self._python), *where]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*inside(str(work)), *command, "--work-dir", str(work), *options],
                env={**os.environ, "PYTHONPATH": str(self._install(*modules)), **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._stack.callback(_end, process)
        return Server(process, folder)

    def close(self) -> None:
        """End all servers."""
        self._stack.close()


def _end(process: subprocess.Popen[str]) -> None:
    with process:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def serve(
    module_python: Path, install: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Starter]:
    """Start a server of this test's own: `serve("everything", options=("--timeout", "1"))`."""
    starter = Starter(module_python, install, tmp_path_factory)
    yield starter
    starter.close()


@pytest.fixture(scope="session")
def shared(
    module_python: Path, install: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Server]]:
    """A server of a probe module that several tests share; they leave it as they found it."""
    starter = Starter(module_python, install, tmp_path_factory)
    running: dict[str, Server] = {}

    def server(name: str) -> Server:
        if name not in running:
            running[name] = starter(name).ready()
        return running[name]

    yield server
    starter.close()


@pytest.fixture(scope="session")
def starter_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Starter]:
    """A starter of servers for modules in the environment of an interpreter, to be closed by its user.

    The second argument makes, of the names of modules, the folder that holds them.
    """
    return lambda python, install: Starter(python, install, tmp_path_factory)


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    """`eventually`, for tests."""
    return eventually


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """`is_alive`, for tests."""
    return is_alive


class Gate:
    """A named pipe at which a prediction waits until a test opens it."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end: int | None = None

    def reached(self) -> bool:
        """Whether a prediction has arrived at the gate; from then on it waits for `open`."""
        try:
            self._end = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False  # nobody reads yet
        return True

    def open(self, text: str = "done") -> None:
        """Let the prediction end and answer `text`."""
        assert self._end is not None
        os.write(self._end, text.encode())
        os.close(self._end)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """A prediction with mode=wait&path=gate.path lasts until the gate opens."""
    return Gate(tmp_path / "gate")
