"""Templates of new modules."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairhaven.catalog.schemas import NewArchive, Template
from fairhaven.client.base import Connection


class Templates:
    """What new modules begin with: `Fairhaven(…).templates`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Template]:
        """The templates, the simplest first."""
        found: Sequence[Template] = self._connection.get("/templates", Sequence[Template])
        return found

    def get(self, name: str) -> Template:
        """One template; `form` is the JSON Schema of what it asks."""
        found: Template = self._connection.get(f"/templates/{name}", Template)
        return found

    def archive(self, name: str, values: Mapping[str, Any]) -> bytes:
        """The files of a new module as a zip.

        Raises:
            ApiProblem: an answer is not what the form allows; `details.errors` names the fields.
        """
        return self._connection.post_for_bytes(f"/templates/{name}/archives", json=NewArchive(values=values))
