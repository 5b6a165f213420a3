"""The audit log from Python: `for entry in platform.audit.every(who="Ada"): …`."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

from fairhaven.audit.schemas import Entry, Filter, Form, Verification
from fairhaven.client.base import API, Connection, checked
from fairhaven.core.schemas import Page

PATH = "/audit"


class Audit:
    """Who did what, as far as you may read it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, *, limit: int = 50, cursor: str | None = None, **wanted: Any) -> Page[Entry]:
        """One page, newest first; filters are those of `Filter`: `who`, `kind`, `thing`, `since` …"""
        return self._connection.page(PATH, Entry, limit=limit, cursor=cursor, **Filter(**wanted).plain())

    def every(self, **wanted: Any) -> Iterator[Entry]:
        """All of them, newest first, page after page."""
        return self._connection.every(PATH, Entry, limit=200, **Filter(**wanted).plain())

    def get(self, entry_id: UUID | str) -> Entry:
        found: Entry = self._connection.get(f"{PATH}/{entry_id}", Entry)
        return found

    def export(self, form: Form | str = Form.JSONL, **wanted: Any) -> Iterator[bytes]:
        """The file in pieces, oldest line first, as it comes."""
        http = self._connection.http
        asked = {"format": Form(form).value, **Filter(**wanted).plain()}
        request = http.build_request("GET", f"{API}{PATH}/export", params=asked, timeout=60.0)
        answer = checked(lambda: _begun(http.send(request, stream=True)), self._connection.url)
        with closing(answer):
            yield from answer.iter_bytes()

    def verify(self, *, expect: str | None = None, piece: int = 50_000) -> Iterator[Verification]:
        """Follow the whole chain, part by part: each tells how far it came and what is wrong."""
        after: int | None = 0
        while after is not None:
            found: Verification = self._connection.get(
                f"{PATH}/verification", Verification, after=after, limit=piece, expect=expect
            )
            yield found
            after, expect = found.next, None


def _begun(answer: Any) -> Any:
    """A refusal is read whole, for its words; a file is not."""
    if answer.status_code >= 400:
        answer.read()
    return answer
