"""Settings of depositories: where releases may be deposited, and get a DOI."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

_REFERENCE = r"^(project/[A-Za-z0-9][A-Za-z0-9._-]{0,98}|(environment|file):.+)$"


class Depository(BaseModel):
    """A depository: Zenodo, or any other InvenioRDM."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="How we call it: in commands and facts."
    )
    label: str = Field("", max_length=60, description="What pages call it; else the name.")
    url: str = Field(
        description="Its kind and address: `inveniordm+https://zenodo.org`, "
        "`inveniordm+https://sandbox.zenodo.org`."
    )
    token: str = Field(
        "project/deposit-token",
        pattern=_REFERENCE,
        description="Where the access token is: `project/NAME` (a secret of the module's project: each then "
        "deposits in its own name), `environment:NAME` or `file:/a/path` (one for all).",
    )
    community: str | None = Field(
        None, max_length=100, description="Identifier of a community there that is asked to take records in."
    )
    type: Literal["software", "model"] = Field(
        "software", description="What records are there: `software` or `model`, as its vocabulary has them."
    )
    publisher: str = Field(
        "", max_length=100, description="Who is named as publisher; else the module's, or this installation."
    )
    timeout: float = Field(60.0, gt=0, le=600, description="Seconds that an answer may take.")
    settles: float = Field(
        15.0,
        ge=0,
        le=600,
        description="Seconds until what was made there can be found by its search: so long is waited before "
        "a draft is made again whose first making got no answer.",
    )

    @field_validator("url")
    @classmethod
    def _names_a_kind(cls, value: str) -> str:
        kind, plus, address = value.partition("+")
        parts = urlsplit(address)
        if not plus or not kind.isalnum() or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it as inveniordm+https://host")
        if parts.username or parts.query or parts.fragment:
            raise ValueError("the address holds more than a host and a path")
        return value.rstrip("/")

    @property
    def title(self) -> str:
        """What people read."""
        return self.label or self.name

    @property
    def address(self) -> str:
        """Its web address, without the kind."""
        return self.url.partition("+")[2]
