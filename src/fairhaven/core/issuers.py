"""Settings of issuers: who may say who somebody is (OpenID Connect), and what their groups mean here."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fairhaven.core.patterns import Pattern
from fairhaven.core.references import SHAPE


class ClaimRule(BaseModel):
    """What a claim means: membership in projects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str = Field(
        min_length=1, description="Where it is: `entitlements`, `groups`, `realm_access.roles`."
    )
    pattern: str = Field(
        "{project}",
        description="What its values look like, with `{project}` and perhaps `{level}` in their places; "
        "other places may be anything: `urn:mace:egi.eu:group:{project}:role={level}#{authority}`.",
    )
    level: str | None = Field(
        None, description="The level that it gives, where the pattern has no `{level}`: `developer`."
    )
    projects: dict[str, str] = Field(
        {},
        description="The short names of our projects by the issuer's names; others then mean none.",
    )

    @model_validator(mode="after")
    def _says_all(self) -> "ClaimRule":
        names = Pattern.read(self.pattern).names
        if "project" not in names:
            raise ValueError("the pattern must name {project}")
        if ("level" in names) == (self.level is not None):
            raise ValueError("name a level either in the pattern, as {level}, or beside it")
        return self


class Issuer(BaseModel):
    """An issuer of identities: EGI Check-in, a Keycloak, a Canaille."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="How we call it: in addresses and facts."
    )
    label: str = Field("", max_length=60, description="What the button to sign in says; else the name.")
    url: str = Field(description="Its identifier, `https://…`, exactly as it writes it itself.")
    client_id: str = Field(min_length=1, description="How it calls us.")
    client_secret: str | None = Field(
        None, pattern=SHAPE, description="Where our secret is: `environment:NAME` or `file:/a/path`."
    )
    scopes: list[str] = Field(["openid", "profile", "email"], description="What we ask to be told.")
    audiences: list[str] = Field(
        [],
        description="Whom its tokens must be meant for to be taken by the REST interface; none: not taken.",
    )
    link_by_email: bool = Field(
        False,
        description="Whether somebody new to us with the verified e-mail address of a known person is them.",
    )
    remembers_hours: float = Field(
        168.0,
        ge=0,
        description="Hours for which tokens and workloads of a person keep what it gave, once it was last "
        "confirmed, as it is while they use the platform in a browser. 0: it ends with the sign-in there.",
    )
    believed_seconds: float = Field(
        45.0,
        ge=1,
        le=3600,
        description="Seconds for which what it said of somebody who is signed in is believed; then it is "
        "asked again. A group that was lost counts after that and 13 s at most.",
    )
    ca: Path | None = Field(None, description="File with the authorities that its certificate is checked by.")
    claims: list[ClaimRule] = Field(
        [], description="What its claims mean: the tables `[[issuers.claims]]`, with what follows."
    )

    @property
    def shown(self) -> str:
        return self.label or self.name

    @property
    def source(self) -> str:
        """By which way memberships came that it gives."""
        return f"issuer:{self.name}"

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not is_safe(value) or "?" in value or "#" in value:
            raise ValueError("give https://…; http:// is for an issuer on this very machine")
        return value

    @field_validator("scopes")
    @classmethod
    def _are_openid(cls, value: list[str]) -> list[str]:
        if "openid" not in value:
            raise ValueError("`openid` must be among them")
        return value


def is_safe(url: str) -> bool:
    """Whether nobody on the way can read or change what is said: https, or this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
