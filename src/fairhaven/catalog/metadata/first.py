"""Version 1 of the metadata, written as version 3 would say it; nothing is lost and nothing made up."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.metadata import formats, identifiers
from fairhaven.catalog.metadata.schemas import facets, newest_version
from fairhaven.catalog.metadata.suggest import nearest_word

_Data = dict[str, JsonValue]

_SOURCES = {"code": "source_code", "docker_registry_repo": "docker_image", "pre_trained_weights": "weights"}
_KEPT_SOURCES = ("zenodo_doi", "ai4_template")
_LINKS = {"dataset_url": "dataset", "training_files_url": "dataset", "cite_url": "citation"}
_CATEGORIES = {"trainable": "AI4 trainable", "inference": "AI4 inference", "pre-trained": "AI4 pre trained"}


def upgraded(first: Mapping[str, JsonValue]) -> _Data:
    """The content in the newest version's keys; what has no place there is kept below `extra`.

    Every keyword becomes a tag; one that names a library, task, kind of data or category becomes that, too.
    """
    left = {key: value for key, value in first.items() if key != "metadata_version"}
    created = left.pop("date_creation", None)
    made: _Data = {
        "metadata_version": newest_version(),
        "title": left.pop("title", None),
        "summary": left.pop("summary", None),
        "description": _paragraphs(left.pop("description", None)),
        **_identifier(left),
        **_licence(left),
        "links": _links(left),
        "dates": {"created": created, "updated": created},
        **_words(left.pop("keywords", None)),
    }
    return {**made, **({"extra": left} if left else {})}


def _paragraphs(value: JsonValue) -> str:
    lines = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return "\n".join(lines).strip()


def _identifier(left: _Data) -> _Data:
    doi = formats.bare_doi(str(left.get("doi") or "").strip())
    if doi:
        left.pop("doi")
    return {"doi": doi} if doi else {}


def _licence(left: _Data) -> _Data:
    """The SPDX expression that is meant; a text that names none stays as it is, below `extra`."""
    expression = identifiers.mend_licence(str(left.get("license") or ""))
    if not expression:
        return {}
    if identifiers.bare_licence(str(left["license"]).strip()):
        left.pop("license")
    return {"license": expression}


def _links(left: _Data) -> _Data:
    sources = left.pop("sources", None)
    rest = dict(sources) if isinstance(sources, dict) else {}
    links = {new: rest.pop(old) for old, new in _SOURCES.items() if old in rest}
    links |= {name: rest.pop(name) for name in _KEPT_SOURCES if name in rest}
    for old, new in _LINKS.items():
        if old in left and new not in links:
            links[new] = left.pop(old)
    if rest:
        left["sources"] = rest
    return links


def _words(keywords: JsonValue) -> _Data:
    tags = [str(word).strip() for word in keywords] if isinstance(keywords, list) else []
    allowed = facets()
    return {
        "libraries": _meant(tags, allowed.libraries),
        "tasks": _meant(tags, allowed.tasks),
        "categories": list(
            dict.fromkeys(_CATEGORIES[tag.lower()] for tag in tags if tag.lower() in _CATEGORIES)
        ),
        "tags": list(tags),
        **({"data-type": found} if (found := _meant(tags, allowed.data_types)) else {}),
    }


def _meant(tags: list[str], allowed: tuple[str, ...]) -> list[JsonValue]:
    words = [word for word in allowed if word != "Other"]
    same = (nearest_word(tag, words) for tag in tags)
    return list(
        dict.fromkeys(word for tag, word in zip(tags, same, strict=True) if word and _close(tag, word))
    )


def _close(tag: str, word: str) -> bool:
    """The same letters: a guess by spelling alone would make something up."""
    letters = ["".join(filter(str.isalnum, text.casefold())) for text in (tag, word)]
    return letters[0] == letters[1]
