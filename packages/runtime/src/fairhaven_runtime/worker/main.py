"""The worker's life: follow the front, load the module, answer one message after the other."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from . import answers, guard, inference, loading, streams
from .arguments import Arguments
from .frames import Connection, Frame, Head
from .values import BadArguments, Values


def main() -> None:
    """Serve the front until it closes the socket."""
    options = _options()
    guard.follow(options.parent, options.fd)
    if not options.prints:
        guard.log_what_is_printed()
    connection = Connection(options.fd)
    worker = _loaded(connection, options)
    for head, body in connection:
        worker.serve(connection, head, body)
    sys.stderr.flush()
    os._exit(0)  # threads of the module must not keep the process


class Stream(NamedTuple):
    """An answer that comes piece by piece."""

    values: Iterator[Any]
    kind: str


class Worker:
    """Answers messages with one loaded module."""

    def __init__(self, model: loading.Model, spool: str) -> None:
        self._model = model
        self._spool = spool
        self._verbs = {
            "ping": lambda head, body: ({"status": 200}, b""),
            "metadata": lambda head, body: self._json(self._model.metadata()),
            "warm": self._warm,
            "predict": self._predict,
            "batch": self._batch,
            "validate": self._validate,
            "train": self._train,
        }

    def document(self) -> dict[str, Any]:
        """The module's description, as JSON knows it."""
        return self._model.document()

    def serve(self, connection: Connection, head: Head, body: bytes) -> None:
        """Answer one message; errors of any kind become answers too."""
        if head["op"] == "stop":
            return  # it came when the stream had just ended by itself
        begun = time.process_time()
        answer = self._guarded(self._verbs[head["op"]], head, body)
        if isinstance(answer, Stream):
            streams.send(connection, answer.values, answer.kind)
            return
        answer[0]["facts"] = {"cpu": round(time.process_time() - begun, 6)}
        connection.send(*answer)

    def _guarded(self, verb: Callable[..., Any], *given: Any) -> Any:
        """The verb's answer, or the one that tells why there is none."""
        try:
            return verb(*given)
        except BadArguments as error:
            return answers.messages(error.status, error.messages)
        except loading.Absent:
            return answers.absent(self._model.name)
        except (Exception, SystemExit) as error:  # the module's own code: anything can come out of it
            return answers.failure(error)

    def _warm(self, head: Head, body: bytes) -> Frame:
        self._model.warm()
        return {"status": 200}, b""

    def _predict(self, head: Head, body: bytes) -> Frame | Stream:
        predict = self._model.predict()
        arguments = self._read(self._model.predict_args, head, body)
        accept = str(arguments.get("accept", answers.JSON))
        result = predict(**arguments)
        if isinstance(result, Iterator) and not isinstance(result, io.IOBase):
            kind = streams.wanted(str(head.get("accept", "")), accept)
            if kind:
                return Stream(result, kind)
        return self._answered(result, arguments, head)

    def _batch(self, head: Head, body: bytes) -> Frame:
        """Many predictions by one call of the module; a mistake in one is no mistake of the others."""
        begin, told = 0, []
        for call in head["calls"]:
            end = begin + call["size"]
            told.append(self._guarded(self._arguments, call, body[begin:end]))
            begin = end
        ready = [each for each in told if isinstance(each, dict)]
        results = iter(self._model.predict_all(ready))
        frames = [
            self._guarded(self._finished, next(results), each, call) if isinstance(each, dict) else each
            for each, call in zip(told, head["calls"])  # noqa: B905 - Python 3.8 has no `strict`
        ]
        heads = [{**each, "size": len(bytes_)} for each, bytes_ in frames]
        return {"status": 200, "answers": heads}, b"".join(bytes_ for _, bytes_ in frames)

    def _arguments(self, head: Head, body: bytes) -> dict[str, Any]:
        return self._read(self._model.predict_args, head, body)

    def _finished(self, result: Any, arguments: dict[str, Any], head: Head) -> Frame:
        if isinstance(result, BaseException):
            raise result
        return self._answered(result, arguments, head)

    def _answered(self, result: Any, arguments: dict[str, Any], head: Head) -> Frame:
        accept = str(arguments.get("accept", answers.JSON))
        write = inference.outputs if head.get("tensors") else None
        if head.get("bare"):
            write = answers.bare
        return answers.success(result, accept, self._model.answer_schema, self._spool, write)

    def _validate(self, head: Head, body: bytes) -> Frame:
        """The arguments of a training, as they will be used; a file as its name, type and original name."""
        self._model.function("train")
        arguments = self._read(self._model.train_args, head, body)
        return self._json({key: _told(value) for key, value in arguments.items()})

    def _train(self, head: Head, body: bytes) -> Frame:
        train = self._model.function("train")
        return self._json(train(**self._read(self._model.train_args, head, body)))

    def _read(self, arguments: Arguments, head: Head, body: bytes) -> dict[str, Any]:
        return arguments.read(Values(head, body, loading.uploaded_file_type()))

    def _json(self, value: Any) -> Frame:
        return {"status": 200}, answers.to_json(value)


def _loaded(connection: Connection, options: argparse.Namespace) -> Worker:
    """The worker, once the front knows that it is ready; ends the process when the module cannot load."""
    try:
        model = loading.load(options.model)
        if options.warm:
            model.warm()
        worker = Worker(model, options.spool)
        connection.send({"event": "ready"}, answers.to_json(worker.document()))
    except loading.LoadFailed as error:
        _give_up(connection, str(error))
    except (Exception, SystemExit) as error:  # `warm` and `get_metadata` are the module's own code
        answers.failure(error)
        _give_up(connection, f"The module failed to get ready: {type(error).__name__}: {error}")
    return worker


def _give_up(connection: Connection, reason: str) -> None:
    connection.send({"event": "failed", "reason": reason})
    os._exit(1)


def _told(value: Any) -> Any:
    if hasattr(value, "original_filename"):
        return [value.name, value.content_type, value.original_filename]
    return value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--model", default="")
    parser.add_argument("--spool", required=True)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--prints", action="store_true")
    return parser.parse_args()
