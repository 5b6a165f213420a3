"""What version 3 of the metadata adds, typed: people, files, datasets, evaluations, inputs, use and limits.

Identifiers are kept bare (`0000-0002-1825-0097`, `10.5281/zenodo.1`, `05gq02987`), addresses as written,
amounts in the unit that the field's name ends with. Every list is empty where the file is silent.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Content(BaseModel):
    """Frozen; `extra` keeps what the file says beyond the known fields."""

    model_config = ConfigDict(frozen=True)

    extra: dict[str, JsonValue] = Field(default_factory=dict)


class Agent(Content):
    """A person, or an organisation when `type` says so; `orcid` is a person's, `ror` an organisation's."""

    name: str
    type: Literal["person", "organisation"] = "person"
    orcid: str | None = None
    affiliation: str | None = None
    affiliation_ror: str | None = None
    ror: str | None = None
    email: str | None = None
    url: str | None = None


class Grant(Content):
    """Money that paid for the work: `award` is the grant's number."""

    funder: str
    funder_ror: str | None = None
    award: str | None = None
    title: str | None = None
    url: str | None = None


class File(Content):
    """A file of the release: `path` in the repository or release, checksums in lower-case hexadecimal."""

    path: str
    role: Literal["weights", "code", "configuration", "documentation", "sample", "test", "other"] = "other"
    format: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    description: str | None = None


class Dataset(Content):
    """Data that the model was trained on or judged by; `format` of its files is a media type."""

    name: str
    role: Literal["training", "validation", "testing", "evaluation", "fine-tuning", "other"] = "training"
    description: str | None = None
    url: str | None = None
    doi: str | None = None
    version: str | None = None
    license: str | None = None
    creators: tuple[Agent, ...] = ()
    publisher: Agent | None = None
    published: date | None = None
    collected_from: date | None = None
    collected_until: date | None = None
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    personal_data: bool | None = None
    files: tuple[File, ...] = ()


class Metric(Content):
    """One measured value; `lower` and `upper` bound it at the confidence that `confidence` says (0 to 1)."""

    name: str
    value: float
    unit: str | None = None
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = None
    slice: str | None = None


class Evaluation(Content):
    """How well the model did: `dataset` names one of `datasets`, `task` one of the file's tasks."""

    metrics: tuple[Metric, ...]
    name: str | None = None
    task: str | None = None
    dataset: str | None = None
    procedure: str | None = None
    software: str | None = None
    performed: date | None = None
    by: Agent | None = None
    url: str | None = None


class Axis(Content):
    """One axis of a tensor: a fixed `size`, or at least `min` in steps of `step`; none when free."""

    name: str
    type: Literal["batch", "channel", "space", "time", "index", "other"] = "other"
    size: int | None = None
    min: int | None = None
    step: int | None = None
    unit: str | None = None
    channels: tuple[str, ...] = ()


class Port(Content):
    """One input or output: a file of `format` (media type), or a tensor of `data_type` with `axes`."""

    name: str
    type: Literal["tensor", "image", "text", "audio", "video", "table", "json", "number", "file"] = "file"
    description: str | None = None
    format: str | None = None
    data_type: str | None = None
    axes: tuple[Axis, ...] = ()
    optional: bool = False
    sample: str | None = None


class BaseModelLink(Content):
    """A model that this one was made from."""

    name: str
    relation: Literal["fine-tuned", "adapted", "distilled", "merged", "quantised", "converted"] = "fine-tuned"
    url: str | None = None
    doi: str | None = None
    version: str | None = None
    license: str | None = None


class Architecture(Content):
    """What the model is inside: `modalities` such as text or image, `parameters` a count."""

    architecture: str | None = None
    parameters: int | None = None
    modalities: tuple[str, ...] = ()
    precision: str | None = None
    base_models: tuple[BaseModelLink, ...] = ()
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()


class Use(Content):
    """What the model is for, for whom, and what it must not be used for; `instructions` are Markdown."""

    intended: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    instructions: str | None = None
    example: str | None = None


class Limits(Content):
    """Where the model is known to fail, and what may go wrong when it is used."""

    known: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    biases: tuple[str, ...] = ()
    ethics: str | None = None
    legal: str | None = None


class Impact(Content):
    """What the training cost: wall-clock `hours`, the energy used, and CO2-equivalent emitted."""

    energy_kWh: float | None = None  # noqa: N815 - the unit's own spelling
    emissions_kgCO2e: float | None = None  # noqa: N815 - the unit's own spelling
    hours: float | None = None
    hardware: str | None = None
    location: str | None = None
    method: str | None = None


class Reference(Content):
    """A work to cite: `text` is the whole citation as one would print it."""

    title: str
    type: Literal["article", "preprint", "book", "thesis", "report", "software", "other"] = "article"
    text: str | None = None
    authors: tuple[Agent, ...] = ()
    published: date | None = None
    doi: str | None = None
    url: str | None = None
