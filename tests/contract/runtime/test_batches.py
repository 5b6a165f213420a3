"""Calls that wait are answered together, where the module can; each gets its own answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

Serve = Callable[..., Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/batching/predict/"


@pytest.fixture
def together(serve: Serve, gate: Any, wait_until: Wait) -> Callable[..., dict[str, Any]]:
    """Send calls that all wait behind one; returns the answers by name."""

    def together(
        *names: str, options: tuple[str, ...] = (), hurried: str = "", **files: bytes
    ) -> dict[str, Any]:
        server = serve("batching", options=options).ready()

        def ask(name: str) -> Any:
            sent = {"files": {"data": ("a", files[name])}} if name in files else {}
            headers = {"x-request-timeout": "30"} if name == hurried else {}
            return server.client.post(PREDICT, params={"name": name}, headers=headers, **sent)

        with ThreadPoolExecutor(len(names) + 1) as threads:
            first = threads.submit(
                server.client.post, PREDICT, params={"name": "first", "gate": str(gate.path)}
            )
            wait_until(gate.reached)
            asked = {name: threads.submit(ask, name) for name in names}
            wait_until(lambda: server.number("fairhaven_queue_length") == len(names))
            gate.open()
            assert first.result().json()["predictions"] == {"name": "first", "together": 1}
            answers = {name: future.result() for name, future in asked.items()}
        assert server.files() == []
        return answers

    return together


def test_those_who_wait_go_together_and_get_their_own(together: Any) -> None:
    answers = together("a", "b", "c", b=b"12345")
    told = {name: answer.json()["predictions"] for name, answer in answers.items()}
    assert {name: each["name"] for name, each in told.items()} == {"a": "a", "b": "b", "c": "c"}
    assert {each["together"] for each in told.values()} == {3}
    assert told["b"]["size"] == 5


def test_a_batch_has_a_largest_size(together: Any) -> None:
    answers = together("a", "b", "c", "d", options=("--batch-size", "2"))
    assert {answer.json()["predictions"]["together"] for answer in answers.values()} == {2}


def test_who_is_in_a_hurry_goes_alone(together: Any) -> None:
    answers = together("a", "b", "c", hurried="b")
    told = {name: answer.json()["predictions"]["together"] for name, answer in answers.items()}
    assert told == {"a": 2, "b": 1, "c": 2}


def test_batches_can_be_turned_off(together: Any) -> None:
    answers = together("a", "b", options=("--batch-size", "1"))
    assert {answer.json()["predictions"]["together"] for answer in answers.values()} == {1}


def test_a_mistake_in_one_is_no_mistake_of_the_others(together: Any) -> None:
    answers = together("a", "refuse", "spoil")
    assert answers["a"].json()["predictions"]["together"] == 1  # all at once failed: each was asked alone
    assert (answers["refuse"].status_code, answers["refuse"].json()["detail"]) == (
        500,
        "no answer for this one",
    )
    assert answers["spoil"].json()["detail"] == "one of these spoils all"


def test_a_crash_is_told_to_all_of_the_batch(together: Any) -> None:
    answers = together("a", "exit")
    assert {answer.status_code for answer in answers.values()} == {503}
