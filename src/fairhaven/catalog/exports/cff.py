"""Citation File Format 1.2.0: what a repository's `CITATION.cff` holds."""

import json
import re
from typing import Any

from fairhaven.catalog.exports.graph import clean, iri
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Agent

MEDIA_TYPE = "application/yaml"  # RFC 9512; the format has no type of its own

Json = dict[str, Any]

# Identifiers of SPDX that every release of the format's schema knows; others are given by their address.
_KNOWN = re.compile(
    r"Apache-2\.0|MIT|ISC|0BSD|BSD-[234]-Clause|[AL]?GPL-[23]\.[01](-only|-or-later)?|MPL-[12]\.[01]|EUPL-1\.[012]|"
    r"CC0-1\.0|CC-BY(-NC)?(-SA|-ND)?-4\.0|Unlicense|Zlib|BSL-1\.0|EPL-[12]\.0|Artistic-2\.0|ODbL-1\.0|PDDL-1\.0"
)
# What YAML 1.2 lets stand in a quoted text only as an escape.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def document(item: Item) -> str:
    """The item as YAML."""
    known = item.metadata
    said: Json = {
        "cff-version": "1.2.0",
        "message": "If you use this module, please cite it with these metadata.",
        "type": "software",
        "title": clean(known.title),
        "abstract": clean(known.summary),
        "authors": [_agent(who) for who in item.creators],
        "version": clean(item.version),
        "date-released": item.published.isoformat(),
        "doi": item.doi,
        "identifiers": [_identifier("url", str(item.id), "The identifier in its catalog.")],
        "repository-code": _web(known.links.source_code),
        "url": str(item.page),
        "keywords": list(dict.fromkeys(clean(word) for word in item.keywords)),
        **_licence(item),
    }
    if re.fullmatch(r"[0-9a-f]{40}", item.commit):
        said["commit"] = item.commit
    return _yaml({name: value for name, value in said.items() if value})


def _agent(who: Agent) -> Json:
    address = _web(who.url) if who.url else None
    if who.type == "organisation":
        return _given({"name": clean(who.name), "website": address})
    family, given = name_parts(who.name)
    orcid = f"https://orcid.org/{who.orcid}" if who.orcid else None
    said = {"family-names": family, "given-names": given, "orcid": orcid, "affiliation": who.affiliation}
    return _given({**said, "website": address})


def name_parts(name: str) -> tuple[str, str]:
    """Family and given names: of `Lovelace, Ada` as written, else the last word is the family's."""
    family, comma, given = clean(name).partition(",")
    if comma:
        return family.strip(), given.strip()
    first, _, last = clean(name).strip().rpartition(" ")
    return last, first.strip()


def _identifier(kind: str, value: str, what: str) -> Json:
    return {"type": kind, "value": value, "description": what}


def _licence(item: Item) -> Json:
    licence = item.licence
    if licence is None:
        return {}
    if _KNOWN.fullmatch(licence.text):
        return {"license": licence.text}
    return {"license-url": str(licence.iri)} if licence.iri else {}


def _web(address: str) -> str | None:
    """An address as the format's schema takes it: of the web."""
    return str(iri(address)) if address.startswith(("https://", "http://")) else None


def _given(said: Json) -> Json:
    return {name: value for name, value in said.items() if value}


def _yaml(said: Json, indent: str = "") -> str:
    lines = []
    for name, value in said.items():
        if isinstance(value, list):
            lines.append(f"{indent}{name}:")
            lines += [_entry(each, f"{indent}  ") for each in value]
        else:
            lines.append(f"{indent}{name}: {_text(value)}")
    return "\n".join(lines) + ("\n" if not indent else "")


def _entry(value: Any, indent: str) -> str:
    if not isinstance(value, dict):
        return f"{indent}- {_text(value)}"
    return f"{indent}- {_yaml(value, indent + '  ').strip()}"


def _text(value: str) -> str:
    """A text in double quotes: JSON's escapes are YAML's too."""
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
