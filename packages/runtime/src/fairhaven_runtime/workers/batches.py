"""Many calls in one message, and their answers out of one: for modules that offer `predict_batch`."""

from typing import Any

from fairhaven_runtime.worker.frames import Frame, Head
from fairhaven_runtime.workers.messages import Answer, Call


def may_join(document: dict[str, Any] | None, call: Call) -> bool:
    """Whether the call may be answered together with others."""
    return call.op == "predict" and bool((document or {}).get("batch"))


def joined(calls: list[Call]) -> Frame:
    """One message that holds all calls."""
    heads = [{**call.head, "size": len(call.body)} for call in calls]
    return {"op": "batch", "calls": heads}, b"".join(call.body for call in calls)


def parted(frame: Frame) -> list[Answer]:
    """The answers that one message holds, in the order of the calls."""
    head, body = frame
    answers, begin = [], 0
    for each in head["answers"]:
        end = begin + each["size"]
        answers.append(Answer.of((_head(each), body[begin:end])))
        begin = end
    return answers


def _head(told: Head) -> Head:
    return {name: value for name, value in told.items() if name != "size"}
