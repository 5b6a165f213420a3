"""Lists of modules elsewhere that a platform follows."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from fairhaven.catalog.schemas import (
    Feed,
    FeedItem,
    FeedItemState,
    FeedKind,
    FeedPreview,
    NewFeed,
    Trust,
    Visibility,
)
from fairhaven.client.base import Connection
from fairhaven.core.schemas import Page


class Feeds:
    """Feeds: `Fairhaven(…).feeds`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def kinds(self) -> Sequence[FeedKind]:
        """The kinds of lists that can be followed, with their options."""
        found: Sequence[FeedKind] = self._connection.get("/feed-kinds", Sequence[FeedKind])
        return found

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Feed]:
        """One page of the feeds of your projects, newest first."""
        return self._connection.page("/feeds", Feed, limit=limit, cursor=cursor)

    def every(self) -> Iterator[Feed]:
        """Every feed of your projects."""
        return self._connection.every("/feeds", Feed, limit=200)

    def preview(
        self, address: str, *, kind: str | None = None, options: Mapping[str, str] | None = None
    ) -> FeedPreview:
        """The first entries of a list that nobody follows yet."""
        spec = NewFeed(address=address, kind=kind, options=options or {})
        found: FeedPreview = self._connection.post("/feed-previews", FeedPreview, json=spec)
        return found

    def add(
        self,
        address: str,
        *,
        kind: str | None = None,
        options: Mapping[str, str] | None = None,
        project_id: UUID | None = None,
        visibility: Visibility | None = None,
        trust: Trust = Trust.BUILT,
        keep: bool = True,
    ) -> Feed:
        """Follow a list: what it names is registered in the background.

        Args:
            address: of the list, or `KIND+ADDRESS`; without either the kind is recognised.
            keep: whether modules stay whose entries are gone from the list.
        """
        spec = NewFeed(
            address=address,
            kind=kind,
            options=options or {},
            project_id=project_id,
            visibility=visibility,
            trust=trust,
            keep=keep,
        )
        made: Feed = self._connection.post("/feeds", Feed, json=spec, idempotent=True)
        return made

    def get(self, feed_id: UUID) -> Feed:
        """How one feed stands."""
        found: Feed = self._connection.get(f"/feeds/{feed_id}", Feed)
        return found

    def items(self, feed_id: UUID, state: FeedItemState | None = None) -> Iterator[FeedItem]:
        """The entries of a feed, with what became of them."""
        return self._connection.every(f"/feeds/{feed_id}/items", FeedItem, state=state, limit=200)

    def check(self, feed_id: UUID) -> Feed:
        """Have the list read now, and refused entries tried again."""
        seen: Feed = self._connection.post(f"/feeds/{feed_id}/check", Feed)
        return seen

    def remove(self, feed_id: UUID) -> None:
        """Stop following a list; its modules stay."""
        self._connection.delete(f"/feeds/{feed_id}")
