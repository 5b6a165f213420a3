"""The content of a sound metadata file, typed and normalised; nothing here reads or checks."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class _Content(BaseModel):
    """Frozen; `extra` keeps what the file says beyond the known fields."""

    model_config = ConfigDict(frozen=True)

    extra: dict[str, JsonValue] = Field(default_factory=dict)


class Links(_Content):
    """Addresses as written (IRIs), but for `docker_image`: an image reference such as `ai4oshub/mods`."""

    source_code: str
    self: str | None = None
    documentation: str | None = None
    docker_image: str | None = None
    zenodo_doi: str | None = None
    dataset: str | None = None
    weights: str | None = None
    citation: str | None = None
    base_model: str | None = None
    ai4_template: str | None = None
    cicd_url: str | None = None
    cicd_badge: str | None = None


class Dates(_Content):
    """When the module was made and last changed, as the author says."""

    created: date
    updated: date


class ResourceSet(_Content):
    """What one kind of use needs; memory and storage in MB (10^6 bytes), cpu and gpu are counts."""

    cpu: int | None = None
    gpu: int | None = None
    memory_MB: int | None = None  # noqa: N815 - the schema's own name
    gpu_memory_MB: int | None = None  # noqa: N815 - the schema's own name
    gpu_compute_capability: float | None = None
    storage_MB: int | None = None  # noqa: N815 - the schema's own name


class Resources(_Content):
    """Minimum or recommended resources per use; None where the file is silent."""

    inference: ResourceSet | None = None
    training: ResourceSet | None = None


class Provenance(_Content):
    """Identifiers that the author wrote of the job and run which made the model."""

    nomad_job: str | None = None
    mlflow_run: str | None = None


class ModuleMetadata(_Content):
    """A module's metadata. `doi` is bare (`10.5281/zenodo.1`); `description` is Markdown with HTML."""

    metadata_version: str
    title: str
    summary: str
    description: str
    doi: str | None = None
    license: str | None = None
    id: str | None = None
    version: str | None = None
    links: Links
    dates: Dates | None = None
    libraries: tuple[str, ...]
    tasks: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    data_type: tuple[str, ...] = ()
    resources: Resources = Resources()
    provenance: Provenance | None = None
