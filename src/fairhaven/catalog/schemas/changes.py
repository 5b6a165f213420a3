"""What changed between two releases."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field, JsonValue

from fairhaven.core.schemas import Reading


class ChangeKind(StrEnum):
    """What became of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(Reading):
    """A field of the metadata that differs: `links.documentation`; of lists, what came and what went."""

    field: str
    kind: ChangeKind
    before: JsonValue
    after: JsonValue


class ReleaseChanges(Reading):
    """How the release `after` differs from the release `before`, by their versions."""

    before: str
    after: str
    fields: Sequence[Change]
    commits: tuple[str, str] = Field(description="The two commits, the earlier first.")
    compare_url: str | None = Field(
        description="Where the repository's forge shows what changed in the code."
    )
