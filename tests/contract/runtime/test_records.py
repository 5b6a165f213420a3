"""Records of predictions and samples of their content, written beside the request's path."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Serve = Callable[..., Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/everything/predict/"


def test_each_prediction_leaves_a_record(serve: Serve, tmp_path: Path, wait_until: Wait) -> None:
    file = tmp_path / "records.jsonl"
    server = serve("everything", options=("--record", str(file), "--release", "r1")).ready()
    for name in ("anna", "anna", "bert"):
        server.predict(name=name)
    server.predict(count="many")
    lines = wait_until(lambda: file.exists() and len(told := file.read_text().splitlines()) == 4 and told)
    first, second, third, wrong = (json.loads(line) for line in lines)
    assert set(first) == {"time", "release", "input", "status", "seconds", "waited", "cpu", "worker"}
    assert (first["release"], first["status"], wrong["status"]) == ("r1", 200, 422)
    assert first["input"] == second["input"] != third["input"]
    assert first["worker"] in server.workers()
    assert 0 <= first["cpu"] < first["seconds"]


def test_a_sample_holds_what_came_and_what_went(serve: Serve, tmp_path: Path, wait_until: Wait) -> None:
    folder = tmp_path / "samples"
    server = serve("everything", options=("--tap", str(folder), "--tap-rate", "1")).ready()
    server.client.post(PREDICT, params={"name": "anna"}, files={"data": ("a.csv", b"12345", "text/csv")})
    (record,) = wait_until(lambda: list(folder.glob("*/record.json")))
    told = json.loads(record.read_text())
    (sent,) = told["call"]["body"]["files"]
    assert (sent["name"], sent["original_filename"]) == ("data", "a.csv")
    assert (record.parent / Path(sent["filename"]).name).read_bytes() == b"12345"
    assert json.loads((record.parent / "answer").read_text())["predictions"]["name"] == "anna"
    assert server.files() == []


def test_a_full_disk_costs_samples_and_no_answers(serve: Serve, tmp_path: Path, wait_until: Wait) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    options = ("--record", str(nowhere / "records"), "--tap", str(nowhere / "taps"), "--tap-rate", "1")
    server = serve("everything", options=options).ready()
    assert server.predict().status_code == 200
    wait_until(lambda: server.number("fairhaven_records_dropped_total") == 1)
