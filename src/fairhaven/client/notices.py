"""Notices: `platform.notices.post("Maintenance on Monday", ends_at=…)`."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.notices.schemas import NewNotice, Notice

PATH = "/notices"


class Notices:
    """What an administrator says to everybody, or to who it concerns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> Sequence[Notice]:
        """Those that concern you now."""
        return self._connection.page(PATH, Notice).items

    def every(self) -> Iterator[Notice]:
        """All of them, those to come and those that are over too; for administrators."""
        return self._connection.every(PATH, Notice, every=True, limit=200)

    def post(self, text: str, **about: Any) -> Notice:
        """Post one; `about` is what `NewNotice` has: severity, audience, project, starts_at, ends_at."""
        new = NewNotice(text=text, **about)
        made: Notice = self._connection.post(PATH, Notice, json=new, idempotent=True)
        return made

    def withdraw(self, notice_id: UUID | str) -> None:
        self._connection.delete(f"{PATH}/{notice_id}")
