"""Load on a server: one question asked by many clients, by wrk."""

import http.client
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.runtime.servers import Served

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Ask:
    """A POST, and what its answer must contain."""

    path: str
    body: bytes = b""
    media: str = "application/json"
    expect: bytes = b""

    def once(self, served: Served, *, patience: float = 30.0) -> bytes:
        """Ask on a new connection; the answer's body.

        Raises:
            OSError: no answer came within `patience` seconds.
            UnexpectedAnswer: it is not the one expected.
        """
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=patience)
        try:
            connection.request("POST", self.path, self.body, {"Content-Type": self.media})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200 or self.expect not in body:
            raise UnexpectedAnswer(f"{answer.status} {body[:300]!r}")
        return body


class UnexpectedAnswer(Exception):
    """A server answers something else than what is measured."""


@dataclass(frozen=True)
class Figures:
    """What wrk saw: answers, failures, and latencies in seconds."""

    answered: int
    seconds: float
    failed: int
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


def press(served: Served, ask: Ask, *, clients: int, seconds: float) -> Figures:
    """Let `clients` ask at once, each as soon as it has its last answer.

    Raises:
        UnexpectedAnswer: the server answers something else, or not every request well.
    """
    ask.once(served)
    with _file_of(ask.body) as body:
        command = [_wrk(), "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        command += [
            "-s",
            str(SCRIPT),
            f"http://127.0.0.1:{served.port}{ask.path}",
            "--",
            str(body),
            ask.media,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = Figures(**json.loads(done.stdout.splitlines()[-1]))
    if figures.failed or not figures.answered:
        raise UnexpectedAnswer(f"{served.name} under load: {figures}")
    return figures


def _wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("wrk is missing: install the package `wrk` (Debian, Ubuntu: apt-get install wrk)")
    return found


@contextmanager
def _file_of(content: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield Path(file.name)
