"""The paths of the Open Inference Protocol v2.

The contract answers `/v2` and `/v2/models/NAME` with redirects to other documents. So the whole protocol is
also below `/inference`, which clients take as their base address.
"""

import asyncio
from functools import partial
from typing import Any

from fairhaven_runtime.errors import NoSuchModel, NotReady, Refusal, SwitchedOff
from fairhaven_runtime.front.desk import Desk
from fairhaven_runtime.front.inference import answers, arguments, metadata, requests
from fairhaven_runtime.front.inference.requests import Question
from fairhaven_runtime.front.payload import Payload
from fairhaven_runtime.front.routing import Handler, Routes
from fairhaven_runtime.front.web import Request, as_json
from fairhaven_runtime.worker.inference import LENGTH
from fairhaven_runtime.workers.messages import Answer

HOME = "/inference"
MODEL = "/v2/models/{model}"
VERSION = MODEL + "/versions/{version}"


class Inference:
    """The protocol's answers, errors in its own form included."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._module = desk.module

    def routes(self) -> Routes:
        """Its paths; those that the contract does not need twice."""
        beside: Routes = {
            "/v2/health/live": {"GET": self.live},
            "/v2/health/ready": {"GET": self.ready},
            MODEL + "/ready": {"GET": self.model_ready},
            MODEL + "/infer": {"POST": self.infer},
            VERSION: {"GET": self.model},
            VERSION + "/ready": {"GET": self.model_ready},
            VERSION + "/infer": {"POST": self.infer},
        }
        whole: Routes = {"/v2": {"GET": self.server}, MODEL: {"GET": self.model}, **beside}
        all_paths = {**beside, **{HOME + path: methods for path, methods in whole.items()}}
        return {path: {verb: _own(each) for verb, each in verbs.items()} for path, verbs in all_paths.items()}

    async def live(self, request: Request) -> Answer:
        """The server itself lives."""
        return as_json({"live": True})

    async def ready(self, request: Request) -> Answer:
        """Whether predictions can be answered."""
        return as_json({"ready": self._module.ready}, 200 if self._module.ready else 503)

    async def server(self, request: Request) -> Answer:
        """Name, version and extensions of the server."""
        return as_json(metadata.of_server())

    async def model(self, request: Request) -> Answer:
        """The module's inputs."""
        return as_json(metadata.of_model(self._served(request)))

    async def model_ready(self, request: Request) -> Answer:
        """Whether the module can answer predictions."""
        self._served(request)
        told = {"name": request.params["model"], "ready": self._module.ready}
        return as_json(told, 200 if self._module.ready else 503)

    async def infer(self, request: Request) -> Answer:
        """A prediction, from tensors to tensors."""
        document = self._served(request)
        if not self._desk.settings.predict:
            raise SwitchedOff("This server was started without predictions.")
        within = self._desk.within(request)
        payload = await self._desk.receive(request, "tensors")
        try:
            question, head = await _apart(payload.path is not None, _read, request, payload, document)
        except BaseException:
            payload.discard()
            raise
        call = payload.call({"op": "predict", "tensors": True, "body": head}, within)
        model = {"model_name": document["name"], "model_version": metadata.version_of(document)}
        return await self._desk.predict(request, call, partial(_retold, question, model))

    def _served(self, request: Request) -> dict[str, Any]:
        """The document of the model in the path.

        Raises:
            NoSuchModel: it, or this version of it, is not served here.
            NotReady: no model has been loaded yet.
        """
        if not self._module.name:
            raise NotReady(self._module.failure or "The module is being loaded; try again shortly.")
        document, asked = self._module.document, request.params
        known = document["name"], metadata.version_of(document)
        if (asked["model"], asked.get("version", known[1])) != known:
            raise NoSuchModel(f"This server has {known[0]!r} in version {known[1]!r}.")
        return document


def _own(handler: Handler) -> Handler:
    """The handler, with refusals in the protocol's form."""

    async def handle(request: Request) -> Answer:
        request.refuse = answers.refusal
        return await handler(request)

    return handle


def _read(request: Request, payload: Payload, document: dict[str, Any]) -> tuple[Question, dict[str, Any]]:
    question = requests.read(payload, request.headers.get(LENGTH))
    return question, arguments.head_of(question, payload, document["predict"]["schema"]["properties"])


async def _retold(question: Question, model: dict[str, str], answer: Answer) -> Answer:
    if answer.status != 200:
        return answers.failed(answer)
    body = await _body_of(answer)
    try:
        retold: Answer = await _apart(answer.file is not None, answers.told, answer, body, question, model)
        return retold
    except Refusal as refusal:
        return answers.refusal(refusal)


async def _body_of(answer: Answer) -> bytes:
    """All of an answer's body; its file is deleted."""
    if answer.pieces is not None:
        return b"".join([piece async for piece in answer.pieces])
    if answer.file is None:
        return answer.body
    try:
        return await asyncio.to_thread(answer.file.read_bytes)
    finally:
        answer.discard()


async def _apart(large: bool, work: Any, *given: Any) -> Any:
    """Do the work, in a thread when it is large."""
    return await asyncio.to_thread(work, *given) if large else work(*given)
