"""Where the page is, and where its forms go when no script sends them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from fairhaven_runtime.front.contract import Contract
from fairhaven_runtime.front.desk import Desk
from fairhaven_runtime.front.page import plain, sheet, statics
from fairhaven_runtime.front.page.fields import Field, fields
from fairhaven_runtime.front.page.trainings import can_repeat
from fairhaven_runtime.front.routing import Routes
from fairhaven_runtime.front.web import Request, as_text
from fairhaven_runtime.front.web import plain as status_only
from fairhaven_runtime.workers.messages import Answer, Call

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = [
    ("content-security-policy", POLICY),
    ("cache-control", "no-cache"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
]


class Page:
    """The page's answers; each method takes a request and returns an answer."""

    def __init__(self, desk: Desk, contract: Contract) -> None:
        self._desk = desk
        self._module = desk.module
        self._contract = contract

    def routes(self) -> Routes:
        """Its paths and those of its files."""
        return {
            "/ui": {"GET": self.page},
            "/ui/": {"GET": self.to_page},
            "/ui/predict": {"POST": self.predict},
            "/ui/train": {"POST": self.train},
            "/ui/trainings": {"GET": self.trainings},
            "/ui/trainings/cancel": {"POST": self.cancel},
            "/ui/trainings/again": {"POST": self.again},
            **statics.routes(),
        }

    async def page(self, request: Request) -> Answer:
        """The page, whatever state the module is in."""
        return _html(sheet.page(self._view()))

    async def to_page(self, request: Request) -> Answer:
        return status_only(308, ("location", "../ui"))

    async def predict(self, request: Request) -> Answer:
        """The module's own answer to the form, as a browser sends it."""
        if not self._desk.settings.predict:
            return status_only(402)
        form = fields(self._module.document["predict"]["schema"], "predict")
        return await self._desk.predict(request, await self._tidied(request, "predict", form))

    async def train(self, request: Request) -> Answer:
        """Start a training, then show the list; what is wrong with the arguments is answered as it is."""
        if not self._desk.settings.train:
            return status_only(402)
        form = sheet.train_fields(self._module.document)
        begun = await self._contract.begin(request, await self._tidied(request, "validate", form))
        return _see("../ui#trainings") if begun.status == 200 else begun

    async def trainings(self, request: Request) -> Answer:
        """The list alone, for a script that renews it."""
        return _html(sheet.trainings(self._view()))

    async def cancel(self, request: Request) -> Answer:
        """End a training, or forget one that has ended."""
        await self._module.trainings.cancel(_uuid(request))
        return _see("../../ui#trainings")

    async def again(self, request: Request) -> Answer:
        """Start a failed training once more: the same when it was kept, else a new one like it."""
        name = _uuid(request)
        known = self._module.trainings.get(name)
        if known is None or not self._desk.settings.train:
            return _see("../../ui#trainings")
        if self._desk.settings.state_dir is not None:
            self._module.trainings.resume(name)
        elif can_repeat(known, sheet.train_fields(self._module.document)):
            begun = await self._contract.begin(request, self._like(known))
            if begun.status != 200:
                return begun
        return _see("../../ui#trainings")

    async def _tidied(self, request: Request, op: str, form: Sequence[Field]) -> Call:
        call = await self._desk.take(request, op)
        plain.tidy(call, form)
        return call

    def _like(self, known: Mapping[str, Any]) -> Call:
        return Call.of_json(
            "validate", json.dumps(known["args"]).encode(), within=self._desk.settings.timeout
        )

    def _view(self) -> sheet.View:
        module, settings = self._module, self._desk.settings
        waits = "failed" if module.failure else "loading"
        return sheet.View(
            name=module.name or settings.model,
            document=module.document if module.name else None,
            status="ready" if module.ready else waits,
            reason=module.failure,
            predicts=settings.predict,
            trains=settings.train,
            trainings=module.trainings.listing(),
            kept=settings.state_dir is not None,
        )


def _html(text: str) -> Answer:
    answer = as_text("", media="text/html; charset=utf-8")
    answer.body = text.encode(errors="replace")  # a module's words may hold halves of characters
    answer.headers += HEADERS
    return answer


def _see(where: str) -> Answer:
    return status_only(303, ("location", where))


def _uuid(request: Request) -> str:
    return parse_qs(request.query).get("uuid", [""])[0]
