"""How a project's pages look, and at which host names."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, HttpUrl, field_validator

from fairhaven.core.schemas import Line, Reading, Schema

Colour = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$", description="As `#rrggbb`.", examples=["#0b5d85"])
]
Host = Annotated[
    str,
    Field(
        max_length=253,
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
        description="A host name in small letters, without a port.",
        examples=["imagine.example.org"],
    ),
]


Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class BrandLink(Schema):
    """A link at the foot of each page."""

    label: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    url: Annotated[str, Field(max_length=500)]

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return str(HttpUrl(value))


class BrandSpec(Schema):
    """What a project's pages look like and say."""

    name: Line = Field(description="Over the door of each page.")
    accent_light: Colour | None = Field(None, description="Accent on light pages; nothing: ours.")
    accent_dark: Colour | None = Field(None, description="Accent on dark pages; nothing: ours.")
    links: list[BrandLink] = Field([], max_length=8)
    acknowledgement: Words = Field("", max_length=2000, description="Markdown at the foot of each page.")
    terms: Words = Field(
        "",
        max_length=50_000,
        description="Markdown. People accept it before they go on; another text is a new version.",
    )


class Brand(BrandSpec, Reading):
    """The brand of a project, as it is."""

    project_id: UUID
    terms_version: int = 0
    logo: str | None = Field(None, description="Address of the logo.")
    hosts: list[str] = []


class Hosts(Schema):
    """At which host names the pages are a project's."""

    hosts: list[Host] = Field(max_length=20)


class TermsAcceptance(Schema):
    """The version of the terms that is accepted."""

    version: int = Field(ge=1)
