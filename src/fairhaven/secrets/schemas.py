"""What secrets tell and take over the wire: values come in, and never go out again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, field_serializer, field_validator

from fairhaven.core.schemas import Reading, Schema

LONGEST = 65536  # bytes of a value: what fits into one variable of an environment, with room to spare
OF_PROJECT = "project/"  # how a reference begins that means a secret of the workload's project

# Also the name of a file, so: no slash, no leading dot.
_NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"
SecretName = Annotated[str, StringConstraints(pattern=f"^{_NAME}$")]
SecretRef = Annotated[str, StringConstraints(pattern=f"^({OF_PROJECT})?{_NAME}$")]


class NewValue(Schema):
    """A value to keep; it is told to nobody but the programs that it is delivered to."""

    value: SecretStr = Field(min_length=1, max_length=LONGEST, description="Text; at most 64 KiB.")

    @field_validator("value")
    @classmethod
    def _fits(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if "\x00" in text:
            raise ValueError("it must not contain the character NUL")
        if len(text.encode()) > LONGEST:
            raise ValueError(f"it may be at most {LONGEST >> 10} KiB long")
        return value

    @field_serializer("value", when_used="json")
    def _sent(self, value: SecretStr) -> str:
        return value.get_secret_value()


class NewSecret(NewValue):
    """A value with its name, as a form brings it."""

    name: SecretName


class Secret(Reading):
    """A secret without its value. `version` grows by each new value; no `project_id`: it is your own."""

    name: str
    version: int
    project_id: UUID | None
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None

    @property
    def reference(self) -> str:
        """How a workload refers to it."""
        return f"{OF_PROJECT}{self.name}" if self.project_id else self.name
