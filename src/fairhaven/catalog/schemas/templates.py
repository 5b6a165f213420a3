"""Templates of new modules: what they are, and what is asked for one."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from fairhaven.core.schemas import Reading, Schema


class Template(Reading):
    """A template; `form` is the JSON Schema of what it asks."""

    name: str
    title: str
    summary: str
    form: Mapping[str, Any]


class NewArchive(Schema):
    """The answers to a template's form."""

    values: Mapping[str, Any] = Field(description="Answers by the names of the form's fields.")
