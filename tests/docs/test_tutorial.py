"""The tutorial works: its commands and code are run, as they are printed, on a real platform.

A block is run unless the line before it says `<!-- not run: … -->`. What stands below a command is what it
must print, line by line, in this order; `…` stands for anything.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fairhaven.client import Fairhaven
from fairhaven.core.testing.whole import end_workloads

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "first-prediction.md"
PRINTED_ADDRESS = "http://127.0.0.1:8080"
BLOCK = re.compile(
    r"^(?P<before>[^\n]*)\n```(?P<language>console|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
DEVICE = re.compile(r"http://\S+/device\?code=\S+")
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
START_SECONDS, COMMAND_SECONDS = 120, 600
END = "--- the command has ended:"


@dataclass(frozen=True)
class Step:
    """A command with what it must print, or a piece of Python."""

    language: str
    text: str
    expected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Running:
    """A platform, and a browser that is signed in at it."""

    url: str
    browser: httpx.Client


@pytest.mark.slow
def test_the_tutorial_works_as_it_is_printed(platform_running: Running, tmp_path: Path) -> None:
    steps = read(PAGE.read_text(encoding="utf-8"))
    assert len(steps) >= 8
    environment = environment_of(platform_running, tmp_path)
    with Terminal(platform_running, environment) as terminal:
        for step in steps:
            if step.language == "python":
                run_python(step, platform_running, environment)
            else:
                assert_printed(step, terminal.run(step.text))


def test_blocks_that_are_not_run_say_why() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for reason in re.findall(r"<!-- not run(.*?)-->", text):
        assert len(reason.strip(": ")) > 10


def test_a_command_knows_what_it_must_print() -> None:
    first, second = read("x\n```console\n$ one \\\n    more\nis …\n$ two\n```\n")
    assert (first.text, first.expected) == ("one \\\n    more", ("is …",))
    assert (second.text, second.expected) == ("two", ())


def read(page: str) -> list[Step]:
    """The steps of a page, in its order."""
    steps: list[Step] = []
    for block in BLOCK.finditer(page):
        if "<!-- not run" in block["before"]:
            continue
        if block["language"] == "python":
            steps.append(Step("python", block["text"]))
        else:
            steps.extend(commands(block["text"]))
    return steps


def commands(text: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.rstrip("\n").split("\n")
        length = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\"))
        yield Step("console", "\n".join(lines[:length]), tuple(lines[length:]))


def assert_printed(step: Step, printed: str) -> None:
    """Each expected line is among what was printed, after the one before it."""
    rest = printed
    for line in step.expected:
        pattern = ".*?".join(re.escape(part) for part in line.split("…"))
        found = re.search(pattern, rest)
        assert found, f"`{step.text}` did not print `{line}`, but:\n{printed}"
        rest = rest[found.end() :]


def run_python(step: Step, running: Running, environment: dict[str, str]) -> None:
    with Fairhaven(running.url, token_of(environment)) as platform:
        token = platform.tokens.create("tutorial", days=1).secret
    code = step.text.replace(PRINTED_ADDRESS, running.url)
    given = {**environment, "FAIRHAVEN_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert "It is a 7" in done.stdout


def token_of(environment: dict[str, str]) -> str:
    """What `fairhaven login` has kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", environment["XDG_CONFIG_HOME"])
        from fairhaven.cli.context import credentials

        kept = credentials()
        return kept.tokens[kept.current]


class Terminal:
    """One shell that keeps its variables, and somebody who approves devices in their browser meanwhile."""

    def __init__(self, running: Running, environment: dict[str, str]) -> None:
        self._running = running
        self._shell = subprocess.Popen(
            ["/bin/sh"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """What a command printed, errors included; it must succeed."""
        assert self._shell.stdin and self._shell.stdout
        here = command.replace(PRINTED_ADDRESS, self._running.url)
        self._shell.stdin.write(f"{here}\nprintf '\\n{END} %d\\n' $?\n")
        self._shell.stdin.flush()
        watchdog = threading.Timer(COMMAND_SECONDS, self._shell.kill)
        watchdog.start()
        try:
            printed, code = self._until_end()
        finally:
            watchdog.cancel()
        assert code == 0, f"`{command}` failed:\n{printed}"
        return printed.replace(self._running.url, PRINTED_ADDRESS)

    def _until_end(self) -> tuple[str, int]:
        assert self._shell.stdout
        printed = ""
        for line in self._shell.stdout:
            if line.startswith(END):
                return printed, int(line.removeprefix(END))
            printed += line
            if found := DEVICE.search(line):
                approve(self._running.browser, found[0])
        raise AssertionError(f"the shell ended, or took longer than {COMMAND_SECONDS} s:\n{printed}")

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.kill()
        self._shell.wait()


def approve(browser: httpx.Client, address: str) -> None:
    """What a person does with the address that `fairhaven login` prints."""
    page = browser.get(address)
    code = address.partition("code=")[2]
    answer = browser.post("/device", data={"csrf_token": csrf_of(page.text), "code": code})
    assert answer.status_code == 200, answer.text


def csrf_of(page: str) -> str:
    found = CSRF.search(page)
    assert found, "the page has no form"
    return found[1]


def environment_of(running: Running, home: Path) -> dict[str, str]:
    """A new user of this machine, with our programs in the path."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("FAIRHAVEN_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{ours.get('PATH', os.defpath)}"
    folder = home / "config"
    return {
        **ours,
        "PATH": path,
        "XDG_CONFIG_HOME": str(folder),
        "FAIRHAVEN_URL": running.url,
        "COLUMNS": "120",
    }


@pytest.fixture(scope="module")
def platform_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`fairhaven up` in a folder of its own, and a browser that opened the link that it printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    listen = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "fairhaven", "up"]
    command += ["--data", str(folder / "data"), "--listen", listen]
    given = {name: value for name, value in os.environ.items() if not name.startswith("FAIRHAVEN_")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        link = link_printed(process, folder / "log")
        with httpx.Client(base_url=f"http://{listen}", follow_redirects=True, timeout=30.0) as browser:
            assert browser.post(link).status_code == 200
            yield Running(f"http://{listen}", browser)
    finally:
        process.terminate()
        process.wait(30)
        end_workloads(folder / "data")


def link_printed(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            if "/sign-in/" in line:
                return shlex.split(line)[-1]
    finally:
        watchdog.cancel()
    raise AssertionError(f"the platform did not start:\n{log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
