"""A whole platform as its operator starts it: `fairhaven up` in a process and on a folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import httpx
import psutil

from fairhaven.core.components.ports import free_port

START_LIMIT = 90.0


class WholePlatform:
    """Starts, kills and starts again one installation."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.listen = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.listen}"
        self.sign_in = ""
        self.start_seconds = 0.0
        self._settings = {f"FAIRHAVEN_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a command of the same operator runs with; its credentials lie beside the data."""
        own = {"FAIRHAVEN_DATA": str(self.data), "FAIRHAVEN_LISTEN": self.listen, "FAIRHAVEN_URL": ""}
        own["XDG_CONFIG_HOME"] = str(self.data.parent / "config")
        own["FAIRHAVEN_LOCAL_UNPROTECTED"] = "true"  # the people of a test trust each other
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FAIRHAVEN_")}
        return {**kept, **own, **self._settings, "NO_COLOR": "1", "COLUMNS": "200"}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    def start(self) -> None:
        """Run `fairhaven up` and wait until it says that it is up.

        Raises:
            RuntimeError: it ended instead, or took too long; with its last lines.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        self._log = self.log.open("ab")
        offset = self.log.stat().st_size
        environment = {k: v for k, v in self.environment.items() if v}
        command = [sys.executable, "-m", "fairhaven", "up"]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment)
        said = until(lambda: self._said(offset), START_LIMIT)
        self.start_seconds = time.monotonic() - began
        found = re.search(r"Open\s+(\S+/sign-in/\S+)", said)
        self.sign_in = found.group(1) if found else self.sign_in

    def kill(self) -> None:
        """kill -9 of the platform's own process, and of nothing else."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Stop it as Ctrl+C does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def command(self, *arguments: str, check: bool = True, time_limit: float = 120.0) -> str:
        """Run `fairhaven …` against it and return what it printed."""
        environment = {k: v for k, v in self.environment.items() if v} | {"FAIRHAVEN_URL": self.url}
        done = subprocess.run(
            [sys.executable, "-m", "fairhaven", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=time_limit,
        )
        if check and done.returncode:
            said = f"exit {done.returncode}\n{done.stdout}{done.stderr}"
            raise RuntimeError(f"fairhaven {' '.join(arguments)}: {said}")
        return done.stdout + done.stderr

    def token(self) -> str:
        """A token of the administrator's."""
        self.command("login", "--here")
        kept = json.loads((self.data.parent / "config/fairhaven/credentials.json").read_text())
        return str(kept["tokens"][self.url])

    def components(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "running.json").read_text())["components"]
        return found

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5.0).status_code == 200
        except httpx.TransportError:
            return False

    def _said(self, offset: int) -> str:
        assert self._process is not None
        text = self.log.read_bytes()[offset:].decode(errors="replace")
        if self._process.poll() is not None:
            raise RuntimeError(f"`fairhaven up` ended with {self._process.returncode}:\n{text[-3000:]}")
        return text if re.search(r"Open\s+http", text) else ""


def end_workloads(data: Path) -> None:
    """End what the local engine keeps for a data folder: on purpose it outlives the platform."""
    keepers = [each for each in psutil.process_iter(["cmdline"]) if _keeps(each.info["cmdline"] or (), data)]
    for each in keepers:
        with suppress(psutil.NoSuchProcess):
            each.terminate()
    psutil.wait_procs(keepers, timeout=10)


def _keeps(command: Sequence[str], data: Path) -> bool:
    return any(word.endswith("keeper.py") for word in command) and any(str(data) in word for word in command)


@contextmanager
def whole_platform(folder: Path, **settings: str) -> Iterator[WholePlatform]:
    """A running platform; stopped at the end, whatever happened to it."""
    platform = WholePlatform(folder / "data", **settings)
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()
        end_workloads(platform.data)


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for a condition and return its first true value.

    Raises:
        TimeoutError: it never became true.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"waited {seconds} s in vain for {condition}")
