"""The content of a sound metadata file, typed and normalised; nothing here reads or checks.

One model for every version: version 3 is a superset, so what an older file cannot say stays empty.
The field `data_type` is `data-type` in files; all others are called alike.
"""

from datetime import date

from fairhaven.catalog.metadata.parts import (
    Agent,
    Architecture,
    Content,
    Dataset,
    Evaluation,
    File,
    Grant,
    Impact,
    Limits,
    Reference,
    Use,
)


class Links(Content):
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
    homepage: str | None = None
    issues: str | None = None
    changelog: str | None = None
    discussion: str | None = None
    archive: str | None = None


class Dates(Content):
    """When the module was made, last changed and first published, as the author says."""

    created: date
    updated: date
    published: date | None = None


class ResourceSet(Content):
    """What one kind of use needs; memory and storage in MB (10^6 bytes), cpu and gpu are counts."""

    cpu: int | None = None
    gpu: int | None = None
    memory_MB: int | None = None  # noqa: N815 - the schema's own name
    gpu_memory_MB: int | None = None  # noqa: N815 - the schema's own name
    gpu_compute_capability: float | None = None
    storage_MB: int | None = None  # noqa: N815 - the schema's own name


class Resources(Content):
    """Minimum or recommended resources per use; None where the file is silent."""

    inference: ResourceSet | None = None
    training: ResourceSet | None = None


class Provenance(Content):
    """What made the model: identifiers that the author wrote, and addresses of what it came from.

    `commit` is the source's commit; `generated_by` the activity (run, build or job) as an address; `used` and
    `derived_from` what that activity used and what the model was derived from, as addresses.
    """

    nomad_job: str | None = None
    mlflow_run: str | None = None
    commit: str | None = None
    generated_by: str | None = None
    used: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()


class ModuleMetadata(Content):
    """A module's metadata. `doi` is bare (`10.5281/zenodo.1`); `description` is Markdown with HTML.

    `license` is an SPDX expression, canonically spelt; `version` is the module's own, not the schema's.
    """

    metadata_version: str
    title: str
    summary: str
    description: str
    doi: str | None = None
    license: str | None = None
    id: str | None = None
    version: str | None = None
    languages: tuple[str, ...] = ()
    authors: tuple[Agent, ...] = ()
    contributors: tuple[Agent, ...] = ()
    maintainers: tuple[Agent, ...] = ()
    publisher: Agent | None = None
    funding: tuple[Grant, ...] = ()
    links: Links
    dates: Dates | None = None
    libraries: tuple[str, ...]
    tasks: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    data_type: tuple[str, ...] = ()
    model: Architecture | None = None
    files: tuple[File, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    use: Use | None = None
    limits: Limits | None = None
    impact: Impact | None = None
    references: tuple[Reference, ...] = ()
    resources: Resources = Resources()
    provenance: Provenance | None = None
