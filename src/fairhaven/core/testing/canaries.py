"""Canaries: values that are nowhere else in the world, planted where secrets go, and looked for elsewhere."""

import base64
import hashlib
import re
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARK = "cAnArY"


@dataclass
class Scene:
    """An installation, what was planted in it by name, and what was answered and seen meanwhile."""

    whole: Any
    planted: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[str, str]] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)
    workloads: dict[str, str] = field(default_factory=dict)
    logs: list[Path] = field(default_factory=list)
    project: str = ""
    release: str = ""

    def canary(self, name: str) -> str:
        """A new value that is nowhere else in the world."""
        self.planted[name] = f"{MARK}-{name}-{secrets.token_hex(8)}"
        return self.planted[name]

    def asked(self, what: str, answer: Any) -> Any:
        """Note what was answered."""
        self.answers.append((f"{what}: {answer.status_code}", f"{answer.headers}\n{answer.text}"))
        return answer

    def found_in(self, where: str, content: str | bytes) -> list[str]:
        """Which planted values are in a content, as they are or written in another way."""
        data = content.encode(errors="replace") if isinstance(content, str) else content
        made_here = {name: value for name, value in self.planted.items() if MARK not in value}
        suspects = self.planted if any(each in data for each in written(MARK)) else made_here
        return [
            f"{name} is in {where}"
            for name, value in suspects.items()
            if any(each in data for each in written(value))
        ]


def written(value: str) -> list[bytes]:
    """A value as it is, in hexadecimal, and in base64 wherever in a longer text it stands."""
    data = value.encode()
    ways = [data, data.hex().encode()]
    for before in range(3):
        coded = base64.b64encode(b"x" * before + data)
        # Letters at the edges depend on what stands beside it.
        ways.append(coded[(0, 2, 3)[before] : len(coded) - 4])
    return ways


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


class ProcessList:
    """Reads every command line of this machine again and again, as everybody on it can."""

    def __init__(self, seen: set[str]) -> None:
        self._seen, self._stop = seen, threading.Event()
        self._thread = threading.Thread(target=self._watch, name="process list")

    def __enter__(self) -> "ProcessList":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                    self._seen.add(line.decode("utf-8", "replace"))


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]
