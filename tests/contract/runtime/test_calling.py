"""`predict` and `train` without a server: the module's arguments are options, its answer is the output."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runtime = Callable[..., "subprocess.CompletedProcess[str]"]


def predictions(done: "subprocess.CompletedProcess[str]") -> Any:
    """What the probe answered."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["predictions"]


def test_a_prediction_is_printed_as_http_would_answer_it(runtime: Runtime, tmp_path: Path) -> None:
    upload = tmp_path / "three.png"
    upload.write_bytes(b"12345")
    words = ["--count", "4", "--numbers", "[1, 2.5]", "--options", "{'a': True}", "--colour", "BLUE"]
    done = runtime("predict", *words, "--flag", "--data", str(upload), modules=["everything"])
    assert predictions(done) == {
        "mode": "echo",
        "count": 4,
        "ratio": 0.5,
        "flag": True,
        "kind": "a",
        "pick": "x",
        "numbers": [1.0, 2.5],
        "options": {"a": True},
        "colour": "blue",
        "data": {"name": "data", "type": "image/png", "file": str(upload), "size": 5},
    }
    assert upload.read_bytes() == b"12345"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--flag", "no"], {"flag": False}),
        (["--options", '{"a": null}'], {"options": {"a": None}}),
        (["--nested", "{'deep': 3}"], {"nested": {"deep": 3}}),
        (["--ratio", "-0.5"], {"ratio": -0.5}),
        (["--name=-ab"], {"name": "-ab"}),
        (["--numbers", "[]", "--pick", "y"], {"numbers": [], "pick": "y"}),
    ],
)
def test_values_are_read_by_their_types(runtime: Runtime, words: list[str], told: dict[str, Any]) -> None:
    told_back = predictions(runtime("predict", *words, modules=["everything"]))
    assert {name: told_back[name] for name in told} == told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--count", "four"], "argument --count: 'four' is no whole number"),
        (["--count", "99"], "argument --count: Must be greater than or equal to 1"),
        (["--ratio", "half"], "argument --ratio: 'half' is no number"),
        (["--flag", "maybe"], "argument --flag: 'maybe' is neither true nor false"),
        (["--pick", "z"], "argument --pick: invalid choice: 'z'"),
        (["--options", "{a"], "argument --options: '{a' is neither JSON nor a Python literal"),
        (["--nested", "{}"], "argument --nested.deep: Missing data for required field."),
        (["--data", "nowhere.png"], "argument --data: there is no file 'nowhere.png'"),
        (["--unknown", "1"], "unrecognized arguments: --unknown 1"),
        (["--coun", "1"], "unrecognized arguments: --coun 1"),
    ],
)
def test_wrong_arguments_end_with_2(runtime: Runtime, words: list[str], reason: str) -> None:
    done = runtime("predict", *words, modules=["everything"])
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_required_arguments_are_asked_for(runtime: Runtime) -> None:
    done = runtime("predict", modules=["shaped"])
    assert done.returncode == 2
    assert "the following arguments are required: --label" in done.stderr


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("raise", "fairhaven-runtime predict: RuntimeError: the weights do not fit the input"),
        ("exit", "fairhaven-runtime: The module's process ended: exit code 3."),
        ("unserialisable", "the module returned something that is not JSON"),
    ],
)
def test_an_error_of_the_module_ends_with_1(runtime: Runtime, mode: str, reason: str) -> None:
    done = runtime("predict", "--mode", mode, modules=["everything"])
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr.splitlines()[-1]


def test_what_the_module_prints_is_no_part_of_the_answer(runtime: Runtime) -> None:
    done = runtime("predict", "--mode", "print", modules=["commanded"])
    assert predictions(done) == 3
    assert "a line of the module's own" in done.stderr


def test_help_shows_the_modules_own_descriptions(runtime: Runtime) -> None:
    done = runtime("predict", "--help", modules=["everything"])
    assert done.returncode == 0
    for told in ("--output FILE", "--count NUMBER", "how many (default: 3)", "--kind {a,b}", "--data FILE"):
        assert told in done.stdout


def test_arguments_named_like_our_options_stand_behind_two_dashes(runtime: Runtime, tmp_path: Path) -> None:
    output = tmp_path / "new" / "answer.json"
    words = ["--output", str(output), "--top-k", "3", "--", "--model", "large", "--output", "map", "--help"]
    done = runtime("predict", *words, modules=["namesakes"])
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(output.read_text())["predictions"] == {
        "model": "large",
        "output": "map",
        "top_k": 3,
        "help": True,
    }


def test_a_module_is_warm_before_it_predicts_unless_told_not_to(runtime: Runtime) -> None:
    assert predictions(runtime("predict", "--mode", "ready", modules=["commanded"])) == ["warm"]
    assert predictions(runtime("predict", "--no-warm", "--mode", "ready", modules=["commanded"])) == []


def test_text_and_pieces_are_printed_as_they_are(runtime: Runtime) -> None:
    done = runtime("predict", "--mode", "csv", "--accept", "text/csv", modules=["commanded"])
    assert (done.returncode, done.stdout) == (0, "a,b\n1,2\n")
    assert predictions(runtime("predict", "--mode", "pieces", modules=["commanded"])) == [0, 1, 2]


def test_binary_and_large_answers_go_into_files(runtime: Runtime, tmp_path: Path) -> None:
    picture, large = tmp_path / "picture.png", tmp_path / "large.json"
    words = ["--mode", "picture", "--accept", "image/png", "--output", str(picture)]
    assert runtime("predict", *words, modules=["commanded"]).returncode == 0
    assert picture.read_bytes() == b"\x89PNG" * 3
    words = ["--mode", "big", "--count", "5", "--output", str(large)]
    assert runtime("predict", *words, modules=["everything"]).returncode == 0
    assert len(json.loads(large.read_text())["predictions"]) == 5 * 1024 * 1024


def test_nothing_is_left_behind(runtime: Runtime, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_text("12345")
    (tmp_path / "tmp").mkdir()
    words = ["--tmp", str(tmp_path / "tmp"), "--data", str(upload)]
    for mode in ("echo", "raise", "exit"):
        runtime("predict", *words, "--mode", mode, modules=["everything"])
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_training_tells_that_it_runs_and_prints_its_result(runtime: Runtime, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_text("12345")
    done = runtime("train", "--epochs", "3", "--data", str(upload), modules=["everything"])
    assert (done.returncode, json.loads(done.stdout)) == (0, {"epochs": 3, "bytes": 5})
    assert 'training everything with {"epochs": 3' in done.stderr
    assert "training everything ended after 0:00:0" in done.stderr


@pytest.mark.parametrize(
    ("module", "words", "code", "reason"),
    [
        ("everything", ["--mode", "fail"], 1, "fairhaven-runtime train: ValueError: no data to learn from"),
        ("everything", ["--epochs", "many"], 2, "argument --epochs: 'many' is no whole number"),
        ("bare", [], 1, "Not implemented by underlying model (loaded 'bare')"),
    ],
)
def test_a_training_that_fails_says_why(
    runtime: Runtime, module: str, words: list[str], code: int, reason: str
) -> None:
    done = runtime("train", *words, modules=[module])
    assert (done.returncode, done.stdout) == (code, "")
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "shown"),
    [
        (["--mode", "list"], 0, '{\n  "status": "OK",\n  "predictions": [\n    1,\n'),
        (["--mode", "picture", "--accept", "image/png"], 2, ""),
    ],
)
def test_a_person_is_shown_json_laid_out_and_no_binary(
    install: Callable[..., Path], module_python: Path, words: list[str], code: int, shown: str
) -> None:
    screen, theirs = pty.openpty()
    command = [sys.executable, "-m", "fairhaven_runtime", "predict", "--python", str(module_python), *words]
    environment = {**os.environ, "PYTHONPATH": str(install("commanded"))}
    done = subprocess.run(command, env=environment, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.write(theirs, b"\0")  # something to read, should nothing be shown
    seen = os.read(screen, 4096).decode().replace("\r\n", "\n").rstrip("\0")
    os.close(theirs)
    os.close(screen)
    assert (done.returncode, seen[: len(shown) or None]) == (code, shown)
    assert code == 0 or b"say where it goes with --output FILE" in done.stderr


def test_an_interrupted_call_ends_with_its_worker(
    install: Callable[..., Path],
    module_python: Path,
    gate: Any,
    wait_until: Callable[..., Any],
    alive: Callable[[int], bool],
) -> None:
    command = [sys.executable, "-m", "fairhaven_runtime", "predict", "--python", str(module_python)]
    words = ["--mode", "wait", "--path", str(gate.path)]
    environment = {**os.environ, "PYTHONPATH": str(install("everything"))}
    with subprocess.Popen([*command, *words], env=environment, stderr=subprocess.PIPE) as process:
        wait_until(gate.reached)
        (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (128 + signal.SIGINT, b"")
    assert not alive(int(worker))
