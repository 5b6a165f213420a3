"""Who was recognised lately, kept in this process and thrown away the moment that it may have changed.

Nothing here has a life of its own: a revoked token, an ended session, a changed role is told to every
process by NOTIFY in the transaction that changes it, and while no process can hear, nothing is kept.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fairhaven.core.db import now
from fairhaven.core.live import Live
from fairhaven.core.policy import Actor
from fairhaven.identity.service import recognising

MOST = 10_000


@dataclass
class Entry:
    """An actor as recognised, and when the credential was last noted as used."""

    actor: Actor
    expires_at: datetime
    used_at: datetime | None


class Known:
    """Actors by the digest of their credential."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._entries: dict[str, Entry] = {}
        self._of_person: dict[UUID, set[str]] = defaultdict(set)
        # What was asked of the database before the last change must not be kept after it.
        self.generation = 0
        live.hear(recognising.TOPIC, lambda told: self.changed(UUID(told)))
        recognising.listen(self)
        live.on_silence(self.clear)

    def get(self, digest: str) -> Entry | None:
        """The entry, unless it expired or we could not have heard of a change."""
        entry = self._entries.get(digest)
        if entry is None or not self._live.connected or entry.expires_at <= now():
            return None
        return entry

    def keep(self, digest: str, entry: Entry, generation: int) -> None:
        """Keep what was recognised, unless something has changed since `generation` was read."""
        if generation != self.generation or not self._live.connected or entry.actor.id is None:
            return
        if len(self._entries) >= MOST:
            self.clear()
        self._entries[digest] = entry
        self._of_person[entry.actor.id].add(digest)

    def clear(self) -> None:
        """Know nobody."""
        self.generation += 1
        self._entries.clear()
        self._of_person.clear()

    def changed(self, person: UUID) -> None:
        """Somebody may do other things than before, or nothing any more."""
        self.generation += 1
        for digest in self._of_person.pop(person, ()):
            self._entries.pop(digest, None)
        self._live.cut(person)
