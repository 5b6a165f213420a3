"""What projects tell over the wire."""

from uuid import UUID

from fairhaven.core.schemas import Reading


class Project(Reading):
    """A tenant of the installation."""

    id: UUID
    slug: str
    name: str
