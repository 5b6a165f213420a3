"""The command line: which module is meant, what `describe` prints, what `serve` can be told."""

import json
import os
import pkgutil
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from fairhaven_runtime.cli.main import parser
from fairhaven_runtime.settings import Settings

PACKAGE = Path(__file__).parents[3] / "packages" / "runtime"
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


def test_of_several_modules_the_one_that_needs_the_others_is_served(
    install: Callable[..., Path], module_python: Path, tmp_path: Path
) -> None:
    together = shutil.copytree(install("bare", "shaped"), tmp_path / "together")
    for needs in (
        "Requires-Dist: Shaped @ git+https://example.edu/shaped@abc",
        'Requires-Dist: bare; extra == "x"',
    ):
        with (together / "bare-0.1.dist-info" / "METADATA").open("a") as about:
            about.write(f"{needs}\n")
    command = [sys.executable, "-m", "fairhaven_runtime", "describe", "--python", str(module_python)]
    environment = {**os.environ, "PYTHONPATH": str(together)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert json.loads(done.stdout)["name"] == "bare", done.stderr


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


def test_the_module_is_looked_for_in_the_active_environment_or_else_in_our_own(
    install: Callable[..., Path], module_python: Path
) -> None:
    command = [sys.executable, "-m", "fairhaven_runtime", "describe", "--model"]
    known = {**os.environ, "PYTHONPATH": str(install("bare"))}
    known.pop("VIRTUAL_ENV", None)
    for environment, interpreter in (
        ({"VIRTUAL_ENV": str(module_python.parents[1])}, module_python),
        ({}, sys.executable),
    ):
        done = subprocess.run(
            [*command, "other"],
            env=known | environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert f"the environment of {interpreter} has: bare" in done.stderr
        done = subprocess.run(
            [*command, "bare"], env=known | environment, capture_output=True, timeout=30, check=True
        )
        assert json.loads(done.stdout)["name"] == "bare"


def test_every_setting_of_a_server_has_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["serve", "--help"])
    told = capsys.readouterr().out
    for field in fields(Settings):
        name = field.name.replace("_", "-")
        assert f"  --{name} " in told or f"  --no-{name} " in told, f"{name} has no option, or no help"


def test_a_server_can_be_without_pages_and_its_module_unwarmed(serve: Callable[..., Any]) -> None:
    server = serve("template", options=("--no-docs", "--no-warm")).ready()
    upload = {"input_file": ("a.txt", b"1234")}
    answer = server.client.post("/v2/models/template/predict/", files=upload)
    assert answer.json()["predictions"] == {"bytes": 4, "warm": []}
    assert [server.client.get(path).status_code for path in ("/ui", "/api")] == [404, 404]
    assert "/api" not in server.client.get("/").text


@pytest.mark.parametrize(
    "words",
    [
        ["--workers", "0"],
        ["--tap-rate", "2"],
        ["--timeout", "-1"],
        ["--port", "1", "--uds", "x"],
        ["--unknown"],
    ],
)
def test_settings_that_cannot_be_are_refused(words: list[str]) -> None:
    command = [sys.executable, "-m", "fairhaven_runtime", "serve", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: " in done.stderr.splitlines()[-1]


def test_the_package_installs_its_commands_and_those_of_deepaas() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    assert set(project["scripts"]) == {"fairhaven-runtime", "deepaas-run", "deepaas-cli", "deepaas-predict"}
    for target in project["scripts"].values():
        assert callable(pkgutil.resolve_name(target))
