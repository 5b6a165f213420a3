"""The notices that every page shows: kept in each web process, read anew when one is posted or withdrawn."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request

from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.notices import service
from fairhaven.notices.schemas import Notice

log = structlog.get_logger(__name__)

COOKIE = "fairhaven_dismissed"
REMEMBERED = 20  # dismissed notices that a browser remembers
TONES = {"info": "info", "warning": "warn", "urgent": "bad"}


class Board:
    """What hangs out. `run` keeps it true; `shown` is asked for every page and costs no trip anywhere."""

    def __init__(self, platform: Platform, live: Live) -> None:
        self._platform, self._live = platform, live
        self._notices: Sequence[Notice] = ()

    async def run(self, *, interval: float = 30.0) -> None:
        """Look until cancelled: when a notice was posted or withdrawn, and every `interval` seconds."""
        changed = asyncio.Event()
        watch = asyncio.create_task(self._watch(changed))
        try:
            while True:
                changed.clear()
                try:
                    await self.refresh()
                except DBAPIError as error:
                    log.warning("notices wait for the database", error=str(error.orig).strip())
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), interval)
        finally:
            watch.cancel()

    async def refresh(self) -> None:
        async with self._platform.transaction() as session:
            self._notices = await service.standing(session)

    def shown(self, request: Request, actor: Any) -> Sequence[Notice]:
        """The notices for this reader, without those that they put away."""
        if not self._notices:
            return ()
        away = dismissed(request)
        return [each for each in service.concerning(actor, self._notices) if mark(each.id) not in away]

    async def _watch(self, changed: asyncio.Event) -> None:
        async for told in self._live.notices():
            if told is None or told.kind.startswith("notice."):
                changed.set()


def dismissed(request: Request) -> list[str]:
    return request.cookies.get(COOKIE, "").split(".")[:REMEMBERED]


def mark(notice_id: object) -> str:
    """What a browser remembers of a notice: the random end of its identifier."""
    return str(notice_id)[-12:]
