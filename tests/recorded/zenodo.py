"""A small Zenodo: the shapes of its answers are those of its API (InvenioRDM's JSON, and the older one).

Records: a module in a zip archive with one folder around all, as GitHub's releases come to Zenodo; a
deposit of ours; a model that is only described; one in the older JSON; and some that are not what they say.
"""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairhaven.core.testing.recorded import Answer, Asked, Said

EXAMPLE = Path(__file__).parents[2] / "examples" / "modules" / "digits"
MODULE, DEPOSIT, LISTED, OLD, WRONG = "7001", "7002", "7003", "7004", "7005"
CLIMBING, LINKED, BOMB, RESTRICTED, CONCEPT = "7006", "7007", "7008", "7009", "7000"
LINK = 0o120777 << 16


def zipped(files: Mapping[str, bytes], links: Mapping[str, str] = {}) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, goal in links.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = LINK
            archive.writestr(info, goal)
    return made.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def module(top: str) -> dict[str, bytes]:
    """The files of the example, below a folder."""
    wanted = [
        each for each in sorted(EXAMPLE.rglob("*")) if each.is_file() and "__pycache__" not in each.parts
    ]
    return {f"{top}/{each.relative_to(EXAMPLE).as_posix()}": each.read_bytes() for each in wanted}


ZIP = zipped(module("analytical-digits-3f2a91c") | {"analytical-digits-3f2a91c/.git/config": b"[core]\n"})
SOURCE = tarred(module("digits-1.0.0"))
OWN = (EXAMPLE / "ai4-metadata.yml").read_bytes()
FILES: dict[str, dict[str, bytes]] = {
    MODULE: {"analytical/digits-v1.0.0.zip": ZIP},
    DEPOSIT: {
        "digits-1.0.0.tar.gz": SOURCE,
        "ai4-metadata.yml": OWN,
        "CITATION.cff": b"cff-version: 1.2.0\n",
    },
    LISTED: {"plankton.onnx": b"weights", "data.zip": zipped({"a.csv": b"1,2\n"}), "README.md": b"# Read\n"},
    OLD: {"model.h5": b"weights"},
    WRONG: {"digits.zip": zipped(module("another"))},
    CLIMBING: {"digits.zip": zipped({"ai4-metadata.yml": OWN, "../../climbed.txt": b"x"})},
    LINKED: {"digits.zip": zipped({"ai4-metadata.yml": OWN}, {"passwd": "/etc/passwd"})},
    BOMB: {"digits.tar.gz": gzip.compress(bytes(80 << 20)), "small.zip": zipped({"x": b""})},
}


def answers() -> dict[str, Said]:
    """What it answers, for `fairhaven.core.testing.recorded.recorded`."""
    said: dict[str, Said] = {}
    for number, files in FILES.items():
        told = _older(number, files) if number == OLD else _record(number, files)
        said[f"/api/records/{number}"] = Answer.json(told)
        for name, content in files.items():
            served = content[:-1] + b"?" if number == WRONG else content
            quoted = name.replace("/", "%2F")
            said[f"/api/records/{number}/files/{quoted}/content"] = Answer(served)
    said[f"/api/records/{RESTRICTED}"] = Answer.json({"status": 403, "message": "Permission denied."}, 403)
    said[f"/api/records/{CONCEPT}"] = _newest
    return said


def _newest(asked: Asked) -> Answer:
    """A number that means all versions leads to the newest."""
    return Answer(status=302, headers={"Location": f"http://{asked.headers['host']}/api/records/{MODULE}"})


def _record(number: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    entries = {
        name: {"id": f"{number}-{name}", "key": name, "ext": name.rpartition(".")[2], "size": len(content),
               "checksum": f"md5:{_md5(content)}", "mimetype": "application/octet-stream"}
        for name, content in files.items()
    }  # fmt: skip
    return {
        "id": number,
        "created": "2025-03-04T10:11:12.000000+00:00",
        "updated": "2025-03-05T10:11:12.000000+00:00",
        "revision_id": 4,
        "is_published": True,
        "links": {"self_html": f"https://zenodo.org/records/{number}"},
        "pids": {
            "doi": {"identifier": f"10.5281/zenodo.{number}", "provider": "datacite", "client": "datacite"}
        },
        "parent": {
            "id": CONCEPT,
            "pids": {"doi": {"identifier": f"10.5281/zenodo.{CONCEPT}", "provider": "datacite"}},
        },
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True, "count": len(files), "entries": entries},
        "custom_fields": {"code:codeRepository": "https://github.com/analytical/plankton"}
        if number == LISTED
        else {},
        "stats": {"this_version": {"views": 12, "downloads": 3}},
        "metadata": METADATA,
    }


METADATA: dict[str, Any] = {
    "resource_type": {"id": "model", "title": {"en": "Model"}},
    "title": "Plankton finder: a model",
    "publication_date": "2025-03-04",
    "publisher": "Zenodo",
    "version": "v1.2",
    "description": "<p>Finds <strong>plankton</strong> in images &amp; says where it is. Trained on a camera."
    "</p><script>alert(1)</script>",
    "rights": [{"id": "apache-2.0", "title": {"en": "Apache License 2.0"}, "props": {"scheme": "spdx"}}],
    "creators": [
        {
            "person_or_org": {
                "type": "personal", "name": "Lovelace, Ada", "given_name": "Ada", "family_name": "Lovelace",
                "identifiers": [{"identifier": "0000-0002-1825-0097", "scheme": "orcid"}],
            },
            "affiliations": [{"id": "01ggx4157", "name": "European Organization for Nuclear Research"}],
        },
        {
            "person_or_org": {
                "type": "organizational", "name": "The Analytical Society",
                "identifiers": [{"identifier": "05gq02987", "scheme": "ror"}],
            }
        },
    ],
    "contributors": [
        {"person_or_org": {"type": "personal", "given_name": "Grace", "family_name": "Hopper"},
         "role": {"id": "contactperson"}}
    ],
    "subjects": [{"subject": "plankton"}, {"subject": "classification"}, {"id": "x", "subject": "Oceans"}],
    "related_identifiers": [
        {"identifier": "10.1234/article", "scheme": "doi", "relation_type": {"id": "isdescribedby"}},
        {"identifier": "https://finder.example.org/docs", "scheme": "url",
         "relation_type": {"id": "isdocumentedby"}},
        {"identifier": "javascript:alert(1)", "scheme": "url", "relation_type": {"id": "requires"}},
    ],
    "funding": [
        {"funder": {"id": "00k4n6c32", "name": "European Commission"},
         "award": {"number": "101058593", "title": {"en": "AI4EOSC"}}}
    ],
}  # fmt: skip


def _older(number: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "created": "2019-03-04T10:11:12.000000+00:00",
        "modified": "2019-03-05T10:11:12.000000+00:00",
        "id": int(number),
        "conceptrecid": "6999",
        "doi": f"10.5281/zenodo.{number}",
        "conceptdoi": "10.5281/zenodo.6999",
        "metadata": {
            "title": "An older model",
            "doi": f"10.5281/zenodo.{number}",
            "publication_date": "2019-03-04",
            "description": "<p>Old but good.</p>",
            "access_right": "open",
            "creators": [
                {"name": "Lovelace, Ada", "affiliation": "The Society", "orcid": "0000-0002-1825-0097"},
                {"name": "Babbage, Charles", "affiliation": None},
            ],
            "keywords": ["engines", "Regression"],
            "license": {"id": "cc-by-4.0"},
            "version": "2",
            "resource_type": {"title": "Software", "type": "software"},
            "related_identifiers": [
                {"identifier": "https://github.com/analytical/engine/tree/v2", "relation": "isSupplementTo",
                 "scheme": "url"}
            ],
        },
        "files": [
            {"id": "f-1", "key": name, "size": len(content), "checksum": f"md5:{_md5(content)}",
             "links": {"self": f"https://zenodo.org/api/records/{number}/files/{name}/content"}}
            for name, content in files.items()
        ],
        "links": {"self_html": f"https://zenodo.org/records/{number}"},
    }  # fmt: skip


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
