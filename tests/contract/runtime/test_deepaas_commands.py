"""The commands of deepaas: stock and ours are run side by side, and do the same."""

import ast
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

Run = Callable[..., "tuple[Outcome, Outcome]"]

CONFIG = "[DEFAULT]\n# where results go\ndeepaas_method_output = 'of file'\nworkers: 2\n"


@dataclass
class Outcome:
    """What a command did; dates, process ids and other passing things have fixed names."""

    code: int
    out: str
    err: str
    files: dict[str, str]


def settled(text: str) -> str:
    """The text without what differs between two runs of one program."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "DATE", text)
    text = re.sub(r"\b\d+:\d\d:\d\d(\.\d+)?", "DURATION", text)
    text = re.sub(r"(\.\d{3})? \d+ (?=(INFO|WARNING|CRITICAL) )", " PID ", text)
    return re.sub(r"[0-9a-f]{32}", "UUID", text)


def without_traceback(text: str) -> str:
    """Stock logs the traceback of the module's error; ours leaves it on standard error."""
    return "".join(line for line in text.splitlines(keepends=True) if " ERROR deepaas-cli " not in line)


@pytest.fixture
def both(stock_python: Path, install: Callable[..., Path], tmp_path: Path) -> Run:
    """Run a command of stock and ours with the same words, each in a folder of its own."""
    modules, runs = install("commanded"), itertools.count()

    def run(name: str, *words: str, **environment: str) -> tuple[Outcome, Outcome]:
        stock = [str(stock_python.with_name(f"deepaas-{name}")), *words]
        ours = [sys.executable, "-m", f"fairhaven_runtime.cli.deepaas.{name}", *words]
        known = {"PYTHONPATH": str(modules), "VIRTUAL_ENV": str(stock_python.parents[1]), "COLUMNS": "80"}
        folder = tmp_path / str(next(runs))
        started = [
            _started(command, folder / whose, {**os.environ, **known, **environment})
            for whose, command in (("stock", stock), ("ours", ours))
        ]
        return _outcome(*started[0]), _outcome(*started[1])

    return run


def _started(
    command: list[str], folder: Path, environment: dict[str, str]
) -> tuple["subprocess.Popen[str]", Path]:
    folder.mkdir(parents=True)
    (folder / "up.txt").write_text("four")
    (folder / "of.conf").write_text(CONFIG)
    (folder / "logs").mkdir()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, "HOME": str(folder.parent)},  # its own folder would fill with stock's cache
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, folder


def _outcome(process: "subprocess.Popen[str]", folder: Path) -> Outcome:
    out, err = process.communicate(timeout=60)
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    content = {name: settled(path.read_text(errors="replace")) for name, path in files.items()}
    return Outcome(process.returncode, settled(out), settled(err), content)


ALIKE = [
    ["--version"],
    [],
    ["get_metadata"],
    ["warm"],
    ["predict"],
    ["predict", "--count", "4", "--flag", "yes", "--kind", "other", "--ratio", "2"],
    ["predict", "--numbers", "[1.5, 2.0]", "--options", "{'a': True, 'b': None}", "--flag", "nonsense"],
    ["predict", "--data", "up.txt", "--cou=5"],
    ["predict", "--mode", "print"],
    ["predict", "--mode", "text"],
    ["predict", "--mode", "none"],
    ["predict", "--mode", "list"],
    ["predict", "--mode", "wrapped"],
    ["predict", "--mode", "csv", "--accept", "text/csv"],
    ["--nowarm", "--workers", "3", "-d", "predict"],
    ["--deepaas_method_output", "new/folder/out", "get_metadata"],
    ["--deepaas_method_output", "out.json", "predict"],
    ["--deepaas_method_output", "out.txt", "predict", "--mode", "list"],
    ["--deepaas_method_output", "out", "predict", "--mode", "picture", "--accept", "image/png"],
    ["--deepaas_method_output", "out.jpg", "predict", "--mode", "picture", "--accept", "image/png"],
    ["--deepaas_method_output", "out.txt", "train"],
    ["train"],
    ["train", "--epochs", "5"],
    ["--deepaas_method", "abbreviated", "get_metadata"],
    ["--config-file", "of.conf", "get_metadata"],
    ["--config-file", "of.conf", "--deepaas_method_output", "typed later", "get_metadata"],
    ["--deepaas_method_output", "typed sooner", "--config-file", "of.conf", "get_metadata"],
    ["--config-dir", ".", "get_metadata"],
    ["--log-file", "log", "get_metadata"],
    ["--log-dir", "logs", "get_metadata"],
    ["--log-date-format", "%Y", "get_metadata"],
    ["--nodeepaas_with_multiprocessing", "--debug-endpoint", "warm"],
]


@pytest.mark.parametrize("words", ALIKE, ids=" ".join)
def test_the_same_command_has_the_same_outcome(both: Run, words: list[str]) -> None:
    stock, ours = both("cli", *words)
    stock.out = "".join(line for line in stock.out.splitlines(keepends=True) if " DEBUG " not in line)
    assert (ours.code, ours.out, ours.files) == (stock.code, stock.out, stock.files)


WRONG = [
    ["predict", "--count", "four"],
    ["predict", "--ratio", "half"],
    ["predict", "--unknown", "1"],
    ["get_metadata", "--deepaas_method_output", "behind the method"],
    ["--deepaas-method-output", "dashes", "get_metadata"],
    ["other"],
    ["--config-file"],
    ["--no"],
    ["--workers"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_words_are_told_alike(both: Run, words: list[str]) -> None:
    stock, ours = both("cli", *words)
    assert (ours.code, ours.out, ours.err) == (stock.code, stock.out, stock.err)
    assert ours.code == 2


@pytest.mark.parametrize(
    "words", [["predict", "--mode", "raise"], ["predict", "--data", "nowhere"], ["train", "--mode", "fail"]]
)
def test_an_error_is_named_alike(both: Run, words: list[str]) -> None:
    stock, ours = both("cli", *words)
    assert "Unhandled error: " in ours.out
    assert (ours.code, ours.out.replace("\033[00m", "")) == (
        stock.code,
        without_traceback(stock.out).replace("\033[00m", ""),
    )


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["get_metadata"], {"DEEPAAS_V2_MODEL": "other"}),
        (["get_metadata"], {"PYTHONPATH": ""}),
        (["--config-file", "missing", "get_metadata"], {}),
        (["--config-file", "up.txt", "get_metadata"], {}),
        (["--config-dir", "missing", "get_metadata"], {}),
        (["--log-dir", "missing", "get_metadata"], {}),
    ],
)
def test_what_cannot_begin_ends_with_the_same_code(
    both: Run, words: list[str], environment: dict[str, str]
) -> None:
    stock, ours = both("cli", *words, **environment)
    assert (ours.code, ours.out) == (stock.code, "")
    assert ours.code == 1
    assert "Traceback" not in ours.err


def test_the_environment_wins_over_files_and_typed_flags_over_both(both: Run) -> None:
    told = {"OS_DEFAULT__DEEPAAS_METHOD_OUTPUT": "of environment", "DEEPAAS_V2_MODEL": "commanded"}
    stock, ours = both("cli", "--config-file", "of.conf", "get_metadata", **told)
    assert ours.files == stock.files
    assert "of environment" in ours.files


def test_typed_flags_win_over_the_environment(both: Run) -> None:
    told = {"OS_DEFAULT__DEEPAAS_METHOD_OUTPUT": "of environment"}
    stock, ours = both("cli", "--deepaas_method_output", "typed", "get_metadata", **told)
    assert ours.files == stock.files
    assert "typed" in ours.files


@pytest.mark.parametrize("command", ["cli", "run", "predict"])
def test_all_flags_are_there(both: Run, command: str) -> None:
    stock, ours = both(command, "--help")
    assert stock.code == ours.code == 0
    assert usage(ours.out) == usage(stock.out)
    assert set(re.findall(r"(?<!\S)--?\w[\w-]*", ours.out)) >= set(
        re.findall(r"^  (--?\w[\w-]*)", stock.out, re.M)
    )


def usage(text: str) -> str:
    """The part of a help text that lists the flags."""
    return text.partition("\n\n")[0]


def test_a_modules_arguments_are_told_alike(both: Run) -> None:
    stock, ours = both("cli", "predict", "--help")
    assert ours.code == stock.code == 0
    assert (
        ours.out.replace(f"\n          Choices: {['application/json', 'text/csv', 'image/png']}", "")
        == stock.out
    )


# --- where ours differs, as the table of the README tells ------------------------------------------------


def test_a_prediction_warms_the_module_first(both: Run) -> None:
    stock, ours = both("cli", "predict", "--mode", "ready")
    assert ("return: []" in stock.out, "return: ['warm']" in ours.out) == (True, True)


def test_arguments_are_checked_and_converted_as_over_http(both: Run) -> None:
    stock, ours = both("cli", "predict", "--count", "99")
    assert (stock.code, ours.code) == (0, 2)
    assert "argument --count: Must be greater than or equal to 1" in ours.err


def test_an_argument_that_is_not_given_and_has_no_default_is_left_out(
    both: Run, install: Callable[..., Path]
) -> None:
    stock, ours = both("cli", "predict", PYTHONPATH=str(install("everything")))
    assert ("'name': <marshmallow.missing>" in stock.out, "'name'" in ours.out) == (True, False)
    stock, ours = both("cli", "train", PYTHONPATH=str(install("everything")))
    assert (stock.code, ours.code) == (1, 0)
    assert "TypeError: Object of type _Missing is not JSON serializable" in stock.out


def test_what_a_module_does_not_offer_is_no_obstacle(both: Run, install: Callable[..., Path]) -> None:
    for method in ("get_metadata", "warm", "predict"):
        stock, ours = both("cli", method, PYTHONPATH=str(install("bare")))
        assert (stock.code, ours.code) == (1, 0)


def test_one_of_several_modules_is_chosen(both: Run, install: Callable[..., Path]) -> None:
    modules = {"PYTHONPATH": str(install("commanded", "everything"))}
    stock, ours = both("cli", "--model-name", "commanded", "get_metadata", **modules)
    assert (stock.code, ours.code) == (1, 0)
    stock, ours = both("cli", "get_metadata", DEEPAAS_V2_MODEL="commanded", **modules)
    assert ours == stock


@pytest.mark.parametrize("words", [["--workers", "many"], ["--listen-port", "70000"]])
def test_a_flag_of_a_wrong_value_is_an_error(both: Run, words: list[str]) -> None:
    stock, ours = both("run", *words)
    assert (stock.code, ours.code) == (0, 2)
    assert f"argument {words[0]}" in ours.err


def test_answers_of_any_kind_are_saved(both: Run) -> None:
    words = ["--deepaas_method_output", "out.png", "predict", "--mode", "bytes", "--accept", "image/png"]
    stock, ours = both("cli", *words)
    assert (stock.code, ours.code) == (0, 0)
    assert set(ours.files) - set(stock.files) == {"out.png"}


def test_flags_without_a_meaning_are_named(both: Run) -> None:
    _, ours = both("cli", "--use-json", "--nodeepaas_with_multiprocessing", "get_metadata")
    assert ours.err.splitlines() == [
        "deepaas-cli: --use-json has no meaning here and is ignored",
        "deepaas-cli: --nodeepaas_with_multiprocessing has no meaning here and is ignored",
    ]


def test_a_files_record_in_a_training_is_that_of_http(both: Run) -> None:
    stock, ours = both("cli", "train", "--labels", "up.txt")
    told = json.loads(ours.out.rpartition("return: ")[2].replace("\033[00m", ""))
    assert (stock.code, ours.code) == (0, 0)
    assert told["args"]["labels"] == ["labels", "text/plain", "up.txt"]
    assert told["result"]["output"] == {"epochs": 2, "bytes": 4}


# --- deepaas-predict -------------------------------------------------------------------------------------


def test_deepaas_predict_puts_the_answer_into_a_folder(both: Run) -> None:
    stock, ours = both("predict", "-i", "up.txt", "-o", "answers/")
    assert (ours.code, ours.out) == (stock.code, stock.out)
    theirs = ast.literal_eval(stock.files["answers/out_up.json"])
    assert json.loads(ours.files["answers/out_up.json"])["data"] == theirs["data"]


@pytest.mark.parametrize(
    "words", [[], ["-i", "up.txt"], ["-i", "up.txt", "-o", "answers/", "-ct", "no/such"], ["-x"]]
)
def test_deepaas_predict_says_what_is_missing(both: Run, words: list[str]) -> None:
    stock, ours = both("predict", *words)
    assert (ours.code, ours.err.splitlines()[1:]) == (stock.code, stock.err.splitlines()[2:])


# --- deepaas-run -----------------------------------------------------------------------------------------


@contextmanager
def running(command: list[str], folder: Path, **environment: str) -> Iterator[httpx.Client]:
    """A client of a running server, which says where it listens as stock does."""
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "HOME": str(folder), **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "Running on" in line)
        yield httpx.Client(base_url=line.split()[3], timeout=20)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # stock can hang at its end
        process.communicate()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def test_deepaas_run_serves_what_its_flags_say(
    stock_python: Path, install: Callable[..., Path], tmp_path: Path, wait_until: Callable[..., Any]
) -> None:
    known = {"PYTHONPATH": str(install("commanded")), "VIRTUAL_ENV": str(stock_python.parents[1])}
    told = []
    for whose, command in (
        ("stock", [str(stock_python.with_name("deepaas-run"))]),
        ("ours", [sys.executable, "-m", "fairhaven_runtime.cli.deepaas.run"]),
    ):
        (tmp_path / "run.conf").write_text(f"[DEFAULT]\nlisten_port = {free_port()}\ntrain_endpoint = no\n")
        words = ["--config-file", str(tmp_path / "run.conf"), "--base-path", "/x", "--nodoc-endpoint"]
        words += ["--client-max-size", "1000", "-p", "1"]
        with running([*command, *words], tmp_path / whose, **known, OS_DEFAULT__WARM="no") as client:
            wait_until(lambda: client.get("/x/v2/models/commanded/").status_code == 200)
            told.append(_replies(client))
    assert told[0] == told[1]
    assert told[0]["training"] == (402, "")


def _replies(client: httpx.Client) -> dict[str, tuple[int, str]]:
    predict, big = "/x/v2/models/commanded/predict/", {"mode": "m" * 2000}
    replies = {
        "version": client.get("/x/v2/"),
        "docs": client.get("/x/api"),
        "warm": client.post(predict, params={"mode": "ready"}),
        "training": client.post("/x/v2/models/commanded/train/"),
    }
    return {
        name: (reply.status_code, reply.text if reply.status_code < 400 else "")
        for name, reply in replies.items()
    } | {"large": (client.post(predict, json=big).status_code, "")}


@pytest.mark.parametrize("words", [["--base-path", "x"], ["--unknown"], ["--config-file", "missing"]])
def test_deepaas_run_refuses_alike(both: Run, words: list[str]) -> None:
    stock, ours = both("run", *words)
    assert (ours.code, ours.out) == (stock.code, stock.out)
    assert "Traceback" not in ours.err
