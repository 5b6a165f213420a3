"""The servers that are compared, each as real processes on a free port."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import psutil
from tests.bench.runtime import environments

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Served:
    """A server that runs, with all its processes."""

    name: str
    port: int
    process: psutil.Process
    tmp: Path
    begun: float

    def forget_uploads(self) -> None:
        """Delete temporary files that it has left, so that they slow nobody down."""
        for path in self.tmp.glob("tmp*"):
            if path.is_file():
                path.unlink(missing_ok=True)

    def family(self) -> list[psutil.Process]:
        """The process that was started and all below it."""
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time of all its living processes, in user and system mode."""
        times = [process.cpu_times() for process in self.family()]
        return sum(spent.user + spent.system for spent in times)

    def memory(self) -> tuple[int, int]:
        """Bytes: proportional and resident set sizes of all processes, summed."""
        told = [process.memory_full_info() for process in self.family()]
        return sum(each.pss for each in told), sum(each.rss for each in told)

    def until(self, condition: Callable[[], object], *, within: float = 60.0) -> float:
        """Wait until `condition` raises no more; seconds since the start of the server."""
        latest = time.perf_counter() + within
        while True:
            try:
                condition()
            except Exception:
                if time.perf_counter() > latest or self.process.status() == psutil.STATUS_ZOMBIE:
                    raise
                time.sleep(0.005)
            else:
                return time.perf_counter() - self.begun


@contextmanager
def runtime(
    module: str, *, python: Path | None = None, options: Sequence[str] = (), **env: str
) -> Iterator[Served]:
    """Ours."""
    interpreter = python or environments.python("stock-deepaas")
    port = _free_port()
    command = [sys.executable, "-m", "fairhaven_runtime", "serve", "--python", str(interpreter)]
    command += ["--port", str(port), *options]
    with (
        _installed(module) as folder,
        _running("ours", port, command, PYTHONPATH=str(folder), **env) as served,
    ):
        yield served


@contextmanager
def stock(module: str) -> Iterator[Served]:
    """deepaas 2.6.0 from PyPI, with one worker."""
    port = _free_port()
    command = [str(environments.python("stock-deepaas").with_name("deepaas-run"))]
    command += ["--listen-port", str(port), "--workers", "1", "--model-name", module]
    with _installed(module) as folder, _running("stock", port, command, PYTHONPATH=str(folder)) as served:
        yield served


@contextmanager
def mlserver(*, workers: int) -> Iterator[Served]:
    """MLServer with the echo; 0 workers: the model runs in the server's own process."""
    port = _free_port()
    binary = environments.python("peer-mlserver").with_name("mlserver")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "modules" / "mlserver_echo.py", folder)
        settings = {
            "MLSERVER_DEBUG": "false",
            "MLSERVER_HOST": "127.0.0.1",
            "MLSERVER_PARALLEL_WORKERS": str(workers),
            "MLSERVER_HTTP_PORT": str(port),
            "MLSERVER_GRPC_PORT": str(_free_port()),
            "MLSERVER_METRICS_PORT": str(_free_port()),
            "MLSERVER_MODEL_NAME": "echo",
            "MLSERVER_MODEL_IMPLEMENTATION": "mlserver_echo.Echo",
        }
        where = {"PYTHONPATH": folder, "MLSERVER_METRICS_DIR": folder}
        with _running("MLServer", port, [str(binary), "start", folder], **settings, **where) as served:
            yield served


@contextmanager
def bentoml() -> Iterator[Served]:
    """BentoML with the echo and one worker."""
    port = _free_port()
    binary = environments.python("peer-bentoml").with_name("bentoml")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "modules" / "bentoml_echo.py", folder)
        command = [str(binary), "serve", "--quiet", "bentoml_echo:Echo", "--working-dir", folder]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        settings = {"BENTOML_HOME": folder, "BENTOML_DO_NOT_TRACK": "True"}
        with _running("BentoML", port, command, **settings) as served:
            yield served


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _installed(module: str) -> Iterator[Path]:
    """A folder that, on PYTHONPATH, holds the module with its entry point."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(HERE / "modules" / f"{module}.py", folder)
        info = folder / f"{module}-0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(f"[deepaas.v2.model]\n{module} = {module}\n")
        yield folder


@contextmanager
def _running(name: str, port: int, command: Sequence[str], **env: str) -> Iterator[Served]:
    with tempfile.TemporaryFile("w+") as log, tempfile.TemporaryDirectory() as tmp:
        environ = {**os.environ, "TMPDIR": tmp, **env}
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        served = Served(name, port, psutil.Process(process.pid), Path(tmp), begun)
        try:
            yield served
        except BaseException:
            log.seek(0)
            print(f"--- what {name} wrote:", log.read()[-3000:], file=sys.stderr)
            raise
        finally:
            _end(served, process)


def _end(served: Served, process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL for all that is still there."""
    family = served.family() if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()
