"""Facts about secrets: names and versions, never values."""

from uuid import UUID

from fairhaven.core.facts import Fact


class SecretStored(Fact, kind="secret.stored", about="secret", says="{actor} stored the secret {name}"):
    """A value was put: `version` 1 is the first; without a `project` it is the `person`'s own."""

    secret: UUID
    name: str
    version: int
    person: UUID | None = None


class SecretDeleted(Fact, kind="secret.deleted", about="secret", says="{actor} deleted the secret {name}"):
    secret: UUID
    name: str
    person: UUID | None = None


class SecretDelivered(
    Fact, kind="secret.delivered", about="secret", says="the secret {name} was delivered to {workload_name}"
):
    """The platform is about to give the value to a run of a workload."""

    secret: UUID
    name: str
    version: int
    workload: UUID
    workload_name: str
    person: UUID | None = None
