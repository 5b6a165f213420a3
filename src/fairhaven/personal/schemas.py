"""What is told of personal data, and taken to erase it."""

from typing import Any

from pydantic import Field

from fairhaven.core.schemas import Reading, Schema


class PersonalData(Reading):
    """All that the platform keeps of a person, by domain."""

    identity: dict[str, Any]
    projects: dict[str, Any]
    secrets: dict[str, Any]
    audit: dict[str, Any]
    workloads: dict[str, Any]
    catalog: dict[str, Any]


class Erasure(Schema):
    """That somebody means it."""

    name: str = Field(max_length=300, description="Your name, as the platform knows it.")
