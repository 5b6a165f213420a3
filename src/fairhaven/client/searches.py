"""Filters of the catalog that somebody keeps."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.catalog.schemas import NewSavedSearch, SavedSearch, SavedSearchChange
from fairhaven.client.base import Connection


class Searches:
    """Your saved searches: `Fairhaven(…).searches`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[SavedSearch]:
        """Your searches by name, with how many modules came since you looked."""
        found: Sequence[SavedSearch] = self._connection.get("/searches", Sequence[SavedSearch])
        return found

    def save(self, name: str, query: str) -> SavedSearch:
        """Keep a filter as it stands in the address of the catalog's page: `q=birds&tasks=Classification`."""
        spec = NewSavedSearch(name=name, query=query)
        made: SavedSearch = self._connection.post("/searches", SavedSearch, json=spec, idempotent=True)
        return made

    def rename(self, search_id: UUID, name: str) -> SavedSearch:
        """Call a search by another name."""
        return self._change(search_id, SavedSearchChange(name=name))

    def look(self, search_id: UUID) -> SavedSearch:
        """Note that you looked: what is there now is not new any more."""
        return self._change(search_id, SavedSearchChange(looked=True))

    def delete(self, search_id: UUID) -> None:
        """Forget a search."""
        self._connection.delete(f"/searches/{search_id}")

    def _change(self, search_id: UUID, wanted: SavedSearchChange) -> SavedSearch:
        changed: SavedSearch = self._connection.patch(f"/searches/{search_id}", SavedSearch, json=wanted)
        return changed
