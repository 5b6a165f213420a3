"""The command line: `describe` prints a document or says in words what is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Runtime = Callable[..., "subprocess.CompletedProcess[str]"]


def test_describe_prints_the_modules_document(runtime: Runtime) -> None:
    done = runtime("describe", modules=["formats"])
    document = json.loads(done.stdout)
    assert (done.returncode, document["name"]) == (0, "formats")
    assert document["predict"]["accepts"] == ["application/json", "text/csv", "image/png"]
    assert document["train"] is None
    assert set(document) == {"name", "metadata", "predict", "train", "batch", "python", "dialect"}


@pytest.mark.parametrize(
    ("modules", "options", "reason"),
    [
        (["broken"], [], "the weights file is missing: run download_weights first"),
        (["crashing"], [], "exit code 7"),
        (["sleepy"], ["--timeout", "1"], "not ready after 1 s"),
        ([], [], '[project.entry-points."deepaas.v2.model"]'),
        (["bare", "shaped"], [], "choose one with --model NAME"),
        (["bare"], ["--model", "other"], "No module is called 'other'"),
    ],
)
def test_describe_says_what_is_wrong(
    runtime: Runtime, modules: list[str], options: list[str], reason: str
) -> None:
    done = runtime("describe", *options, modules=modules)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert "fairhaven_runtime/" not in done.stderr


def test_one_of_several_modules_is_chosen_by_name(runtime: Runtime) -> None:
    done = runtime("describe", "--model", "bare", modules=["bare", "shaped"])
    assert json.loads(done.stdout)["name"] == "bare"


def test_a_missing_interpreter_is_named() -> None:
    command = [sys.executable, "-m", "fairhaven_runtime", "describe", "--python", "/nowhere/python"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "/nowhere/python cannot be started" in done.stderr


def test_a_taken_port_is_told_in_one_line(serve: Callable[..., object], module_python: Path) -> None:
    url = str(getattr(serve("bare"), "url"))  # noqa: B009
    port = url.rpartition(":")[2]
    command = [
        sys.executable,
        "-m",
        "fairhaven_runtime",
        "serve",
        "--python",
        str(module_python),
        "--port",
        port,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
