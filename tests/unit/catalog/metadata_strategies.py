"""Any valid metadata, drawn from a version's own schema: every field, in every combination."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from fairhaven.catalog.metadata.schemas import read_as, resolve, strict_schema

_LETTERS = st.characters(
    codec="utf-8",
    exclude_characters="\x7f\ufffe\uffff",
    exclude_categories=("Cc", "Cs"),
)
_TEXTS = (
    st.text(_LETTERS | st.sampled_from("\n\n :#-'\"\\"), min_size=1, max_size=40)
    | st.sampled_from(
        ["no", "2024-01-31", "1e5", "~", "null", "true", "0x1F", "1.2.0", "- a", "a: b", "a #b"]
    )
    | st.sampled_from(["*a", "&a", "!a", "%a", "@a", "`a", "{a}", "[a", "a,b", "? a", "| a", "> a", "---"])
).filter(lambda text: bool(text.strip()))
_DOIS = st.from_regex(r"10\.[0-9]{4,6}/[a-z0-9._;()-]{1,20}", fullmatch=True)
_FORMATS: dict[str, st.SearchStrategy[str]] = {
    "uri": st.from_regex(r"https://[a-z]{1,8}\.(eu|org)/[a-zA-Z0-9?&=#%:'é]{0,12}", fullmatch=True),
    "doi": _DOIS | _DOIS.map(lambda doi: f"https://doi.org/{doi}"),
    "date": st.dates().map(lambda day: day.isoformat()),
    "docker-image": st.sampled_from(["ai4oshub/x", "x", "ghcr.io/a/b:1.0", "https://hub.docker.com/r/a/b"]),
    "orcid": st.sampled_from(["0000-0002-1825-0097", "https://orcid.org/0000-0002-1694-233X"]),
    "ror": st.sampled_from(["02gfc7t72", "https://ror.org/00k4n6c32"]),
    "spdx": st.sampled_from(["MIT", "apache-2.0", "GPL-2.0-only OR MIT", "LicenseRef-Ours"]),
    "email": st.sampled_from(["ada@example.edu", "a.b+c@x-y.example.eu"]),
    "language": st.sampled_from(["en", "pt-BR", "zh-Hant-TW"]),
    "media-type": st.sampled_from(["image/png", "application/vnd.a+json"]),
    "file-path": st.sampled_from(["a", "models/weights v1.onnx", "é/ß.bin"]),
    "sha256": st.from_regex(r"[0-9a-fA-F]{64}", fullmatch=True),
    "md5": st.from_regex(r"[0-9a-fA-F]{32}", fullmatch=True),
}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS | st.just("")
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_OWN_KEYS = _TEXTS.map(lambda text: f"x-{text}")


def documents(version: str) -> st.SearchStrategy[dict[str, Any]]:
    """Content of a valid file that declares `version` (2.0.0 or later), with some keys of its own."""
    schema = strict_schema(read_as(version))
    content = _group(schema, schema, own=True)
    return content.map(lambda data: {**data, "metadata_version": version})


def _value(schema: Mapping[str, Any], declared: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    field = resolve(schema, declared)
    if "enum" in field:
        return st.sampled_from(field["enum"])
    match field.get("type"):
        case "string":
            return _FORMATS.get(field.get("format", ""), _TEXTS)
        case "integer":
            return st.integers(field.get("minimum", 0), 10**15)
        case "number":
            top = field.get("maximum", 1e300)
            return st.floats(field.get("minimum", -1e300), top, allow_subnormal=False) | st.just(1)
        case "boolean":
            return st.booleans()
        case "array":
            items = st.lists(_value(schema, field["items"]), min_size=field.get("minItems", 0), max_size=2)
            return items.filter(_differ)
        case _:
            return (
                _group(schema, field) if "properties" in field else st.dictionaries(_TEXTS, _JSON, max_size=2)
            )


def _group(
    schema: Mapping[str, Any], field: Mapping[str, Any], *, own: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    needed = field.get("required", ())
    parts = {name: _value(schema, inner) for name, inner in field["properties"].items()}
    group = st.fixed_dictionaries(
        {name: parts[name] for name in needed},
        optional={name: part for name, part in parts.items() if name not in needed},
    )
    if not own:
        return group
    return st.tuples(group, st.dictionaries(_OWN_KEYS, _JSON, max_size=2)).map(
        lambda both: {**both[1], **both[0]}
    )


def _differ(items: list[Any]) -> bool:
    texts = [item.strip().casefold() for item in items if isinstance(item, str)]
    return len(set(texts)) == len(texts)
