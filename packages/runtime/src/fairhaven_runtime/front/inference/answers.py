"""Tells the module's answer as the Open Inference Protocol wants it: chosen outputs, as JSON or binary."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fairhaven_runtime.errors import Malformed, Refusal
from fairhaven_runtime.front.inference.requests import Question
from fairhaven_runtime.worker import tensors
from fairhaven_runtime.worker.inference import LENGTH, OUTPUT
from fairhaven_runtime.workers.messages import Answer

LONGEST_REASON = 4000
"""Characters of a reason that are told; it may repeat what a client sent."""


@dataclass(frozen=True)
class Output:
    """An output tensor: its part of the JSON, and its elements in binary form."""

    head: dict[str, Any]
    raw: memoryview

    def as_binary(self) -> dict[str, Any]:
        """Its part of the JSON when its elements follow that."""
        parameters = {**self.head.get("parameters", {}), "binary_data_size": len(self.raw)}
        return {**self.head, "parameters": parameters}

    def as_json(self) -> dict[str, Any]:
        """Its part of the JSON with the elements in it, flat."""
        parameters = {**self.head.get("parameters", {})}
        parameters.pop("binary_data_size", None)
        elements = tensors.of_bytes(self.head["datatype"], self.head["shape"], self.raw)
        told = {key: value for key, value in self.head.items() if key != "parameters"}
        return {**told, **({"parameters": parameters} if parameters else {}), "data": elements.values()}


def told(answer: Answer, body: bytes, question: Question, model: dict[str, str]) -> Answer:
    """The response to an inference request; `body` is the answer's, wherever it lay.

    Raises:
        Malformed: an output is asked for that the module did not make.
    """
    made = {output.head["name"]: output for output in _outputs(dict(answer.headers), memoryview(body))}
    heads, binaries = [], []
    for name, binary in _chosen(made, question).items():
        heads.append(made[name].as_binary() if binary else made[name].as_json())
        if binary:
            binaries.append(made[name].raw)
    named = {} if question.id is None else {"id": question.id}
    text = json.dumps({**model, **named, "outputs": heads}).encode()
    if not binaries:
        return Answer(200, text, [("content-type", "application/json")], facts=answer.facts)
    headers = [("content-type", "application/octet-stream"), (LENGTH, str(len(text)))]
    return Answer(200, b"".join([text, *binaries]), headers, facts=answer.facts)


def error(status: int, reason: str, retry_after: int | None = None) -> Answer:
    """An error in the protocol's form."""
    headers = [("content-type", "application/json")]
    if retry_after is not None:
        headers.append(("retry-after", str(retry_after)))
    return Answer(status, json.dumps({"error": reason[:LONGEST_REASON]}).encode(), headers)


def refusal(why: Refusal) -> Answer:
    """A refusal in the protocol's form."""
    return error(why.status, f"{why.title}: {why.detail}", why.retry_after)


def failed(answer: Answer) -> Answer:
    """The module's own refusal in the protocol's form; wrong arguments, by name, are a bad request."""
    kind = dict(answer.headers).get("content-type", "")
    told: Any = json.loads(answer.body) if "json" in kind else answer.body.decode()
    if kind.startswith("application/problem+json"):
        return error(answer.status, f"{told['title']}: {told['detail']}")
    if isinstance(told, dict):
        told = "; ".join(f"{name}: {_words(words)}" for name, words in told.items())
    return error(400 if answer.status == 422 else answer.status, str(told))


def _words(words: Any) -> str:
    return " ".join(map(str, words)) if isinstance(words, list) else json.dumps(words)


def _outputs(headers: dict[str, str], body: memoryview) -> Iterator[Output]:
    """The tensors that a worker made; a file, bytes or text of a module are one, with their media type."""
    if LENGTH not in headers:
        yield _of_media(headers.get("content-type", "application/octet-stream"), body)
        return
    begin = int(headers[LENGTH])
    for head in json.loads(bytes(body[:begin]))["outputs"]:
        end = begin + head["parameters"]["binary_data_size"]
        yield Output(head, body[begin:end])
        begin = end


def _of_media(media: str, body: memoryview) -> Output:
    head = {"name": OUTPUT, "parameters": {"content_type": media}}
    if media.startswith("text/") and _is_text(body):
        packed = tensors.Tensor("BYTES", (1,), [body]).packed()
        return Output({**head, "datatype": "BYTES", "shape": [1]}, memoryview(packed))
    return Output({**head, "datatype": "UINT8", "shape": [len(body)]}, body)


def _is_text(body: memoryview) -> bool:
    try:
        str(body, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _chosen(made: dict[str, Output], question: Question) -> dict[str, bool]:
    if question.outputs is None:
        return dict.fromkeys(made, question.binary)
    for name in question.outputs:
        if name not in made:
            raise Malformed(f"There is no output {name!r}; there are: {', '.join(made)}.")
    return question.outputs
