"""From a tree without errors to the typed model: blanks trimmed, dates and DOIs in one form."""

from datetime import date

from pydantic import JsonValue

from fairhaven.catalog.metadata import formats
from fairhaven.catalog.metadata.document import MapNode, plain
from fairhaven.catalog.metadata.model import Dates, Links, ModuleMetadata, Provenance, Resources, ResourceSet

_Data = dict[str, JsonValue]


def normalise(root: MapNode) -> ModuleMetadata:
    """The typed content; only for a tree in which no check found an error."""
    data = _group(plain(root))
    texts = {name: _text(data, name) for name in ("license", "id", "version")}
    doi = _text(data, "doi")
    return ModuleMetadata(
        metadata_version=_text(data, "metadata_version") or "",
        title=_text(data, "title") or "",
        summary=_text(data, "summary") or "",
        description=_text(data, "description") or "",
        doi=formats.bare_doi(doi) if doi else None,
        links=_links(_group(data.pop("links", None))),
        dates=_dates(data.pop("dates", None)),
        libraries=_words(data, "libraries"),
        tasks=_words(data, "tasks"),
        categories=_words(data, "categories"),
        tags=_words(data, "tags"),
        data_type=_words(data, "data-type"),
        resources=_resources(_group(data.pop("resources", None))),
        provenance=_provenance(data.pop("provenance", None)),
        **texts,
        extra=data,
    )


def _links(data: _Data) -> Links:
    known = {name: text for name in _names(Links) if (text := _text(data, name))}
    if image := known.get("docker_image"):
        known["docker_image"] = formats.bare_image(image)
    return Links.model_validate({**known, "extra": data})


def _dates(value: JsonValue) -> Dates | None:
    if not isinstance(value, dict):
        return None
    data = dict(value)
    created, updated = _text(data, "created") or "", _text(data, "updated") or ""
    return Dates(created=date.fromisoformat(created), updated=date.fromisoformat(updated), extra=data)


def _resources(data: _Data) -> Resources:
    sets = {name: _resource_set(data.pop(name)) for name in ("inference", "training") if name in data}
    return Resources(**sets, extra=data)


def _resource_set(value: JsonValue) -> ResourceSet:
    data = _group(value)
    known = {name: data.pop(name) for name in _names(ResourceSet) if name in data}
    return ResourceSet.model_validate({**known, "extra": data})


def _provenance(value: JsonValue) -> Provenance | None:
    if not isinstance(value, dict):
        return None
    data = dict(value)
    return Provenance(nomad_job=_text(data, "nomad_job"), mlflow_run=_text(data, "mlflow_run"), extra=data)


def _names(model: type[Links] | type[ResourceSet]) -> list[str]:
    return [name for name in model.model_fields if name != "extra"]


def _group(value: JsonValue) -> _Data:
    return dict(value) if isinstance(value, dict) else {}


def _text(data: _Data, name: str) -> str | None:
    """Take a text out of `data`, without the blanks around it."""
    value = data.pop(name, None)
    return value.strip() if isinstance(value, str) else None


def _words(data: _Data, name: str) -> tuple[str, ...]:
    value = data.pop(name, None)
    return tuple(str(item).strip() for item in value) if isinstance(value, list) else ()
