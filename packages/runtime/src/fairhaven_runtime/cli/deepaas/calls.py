"""What `deepaas-cli` does with a module's functions, and where it puts their results."""

import argparse
import json
import logging
import mimetypes
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from fairhaven_runtime.cli import failures, printing
from fairhaven_runtime.cli.deepaas import methods
from fairhaven_runtime.cli.session import Given, Session
from fairhaven_runtime.workers.messages import Answer

LOG = logging.getLogger("deepaas.cmd.cli")  # the name that log lines have in deepaas


class ModuleFailed(Exception):
    """The module's function raised an exception; the text names it."""


class WrongArguments(Exception):
    """The module's own fields refuse the arguments."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def call(module: Session, options: argparse.Namespace) -> None:
    """Call the method that the options name.

    Raises:
        ModuleFailed: it raised an exception.
        WrongArguments: its arguments are not what the module wants.
        WorkerCrashed: its process ended.
        OSError: a file cannot be read or written.
    """
    method = options.methods
    LOG.info("%s was called.", method)
    match method:
        case "predict":
            await _predict(module, options)
        case "train":
            await _train(module, options)
        case "warm":
            await _good(module, "warm")
            LOG.info("return: Finished warm() method")
        case _:
            await _get_metadata(module, options)


async def _get_metadata(module: Session, options: argparse.Namespace) -> None:
    if options.methods is None:
        LOG.warning("No Method was requested! Return get_metadata()")
    told = (await _good(module, "metadata")).body.decode()
    if options.deepaas_method_output and options.methods:
        _write(Path(options.deepaas_method_output), told)
    LOG.info("return: %s", told)


async def _predict(module: Session, options: argparse.Namespace) -> None:
    given = methods.given(options, methods.schema_of(module.document, "predict"))
    if options.warm:
        await _good(module, "warm")
    answer = await _good(module, "predict", given, bare=True)
    if options.deepaas_method_output is None:
        LOG.info("return: %s", _shown(answer))
        return
    path = _named(options.deepaas_method_output, given.values.get("accept"))
    await printing.put(answer, path)
    LOG.info("return: Output is saved in %s", path)


async def _train(module: Session, options: argparse.Namespace) -> None:
    given = methods.given(options, methods.schema_of(module.document, "train"))
    arguments = json.loads((await _good(module, "validate", given)).body)
    begun = datetime.now()  # naive local times, as in the record of a training over HTTP
    output = json.loads((await _good(module, "train", given)).body)
    ended = datetime.now()
    result = {"finish_date": str(ended), "duration": str(ended - begun), "output": output}
    record = {"date": str(begun), "args": arguments, "status": "done", "uuid": uuid.uuid4().hex}
    told = json.dumps({**record, "result": result})
    LOG.info("Elapsed time:  %s", result["duration"])
    if options.deepaas_method_output is None:
        LOG.info("return: %s", told)
        return
    _write(Path(options.deepaas_method_output), told)
    LOG.info("return: Output is saved in %s", options.deepaas_method_output)


async def _good(module: Session, op: str, given: Given | None = None, **head: Any) -> Answer:
    """The answer, if it is a good one."""
    answer = await module.ask(op, given, **head)
    if answer.status == failures.WRONG_ARGUMENTS:
        raise WrongArguments(answer)
    if answer.status != 200:
        raise ModuleFailed(failures.reason(answer))
    return answer


def _shown(answer: Answer) -> str:
    """The result as Python prints it; bytes are counted."""
    if answer.pieces is None and printing.is_json(answer):
        return str(json.loads(printing.whole(answer)))
    if answer.pieces is None and printing.is_text(answer):
        return printing.whole(answer).decode()
    return f"an answer of {printing.media(answer)}; name a file for it with --deepaas_method_output"


def _named(wanted: str, accept: str | None) -> Path:
    """The file for the result, its name extended where it does not fit what was asked for."""
    extension = mimetypes.guess_extension(accept) if accept else ".json"
    own = os.path.splitext(wanted)[1]  # noqa: PTH122 - what is wanted may end with a slash
    if extension is None or extension == own:
        return Path(wanted)
    LOG.warning(
        "You are trying to store %s type data in the file with %s extension!\n"
        "===================> New output is %s",
        extension,
        own,
        wanted + extension,
    )
    return Path(wanted + extension)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
