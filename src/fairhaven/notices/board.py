"""The notices that every page shows: kept in each web process, read anew when one is posted or withdrawn."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from fairhaven.core.live import Live, keep_true
from fairhaven.core.platform import Platform
from fairhaven.notices import service
from fairhaven.notices.schemas import Notice

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
        await keep_true(
            self._live,
            self.refresh,
            lambda told: told.kind.startswith("notice."),
            what="notices",
            interval=interval,
        )

    async def refresh(self) -> None:
        async with self._platform.transaction() as session:
            self._notices = await service.standing(session)

    def shown(self, request: Request, actor: Any) -> Sequence[Notice]:
        """The notices for this reader, without those that they put away."""
        if not self._notices:
            return ()
        away = dismissed(request)
        return [each for each in service.concerning(actor, self._notices) if mark(each.id) not in away]


def dismissed(request: Request) -> list[str]:
    return request.cookies.get(COOKIE, "").split(".")[:REMEMBERED]


def mark(notice_id: object) -> str:
    """What a browser remembers of a notice: the random end of its identifier."""
    return str(notice_id)[-12:]
