"""Lists that metrics compare with: kinds of identifiers, vocabularies, standards, formats."""

import re
from collections.abc import Iterable

# Kinds that F-UJI holds to be persistent, and what is usual for software.
_PERSISTENT = {
    "DOI": r"(https?://(dx\.)?doi\.org/|doi:)?10\.\d{4,9}/\S+",
    "handle": r"(https?://hdl\.handle\.net/|hdl:)\S+/\S+",
    "ARK": r"(https?://[^/]+/)?ark:/?\d+/\S+",
    "w3id": r"https://(www\.)?w3id\.org/\S+",
    "PURL": r"https?://purl\.(org|oclc\.org|archive\.org)/\S+",
    "SWHID": r"(https?://archive\.softwareheritage\.org/)?swh:1:(cnt|dir|rel|rev|snp):[0-9a-f]{40}\S*",
    "URN": r"urn:nbn:\S+",
}
_UNIQUE = r"https?://[^\s/]+\S*|urn:[a-z0-9-]+:\S+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,128}"
_KINDS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PERSISTENT.items()}
OF_SOFTWARE = ("DOI", "SWHID")
ARCHIVES = ("zenodo.org", "softwareheritage.org", "archive.org", "doi.org", "figshare.com", "data.europa.eu")

# Registered in Linked Open Vocabularies or the like, and not among those that everybody uses.
VOCABULARIES = {
    "http://www.w3.org/ns/dcat#": "DCAT",
    "http://www.w3.org/ns/adms#": "ADMS",
    "http://www.w3.org/ns/dqv#": "DQV",
    "http://www.w3.org/ns/prov#": "PROV-O",
    "http://www.w3.org/ns/org#": "ORG",
    "http://purl.org/pav/": "PAV",
    "http://spdx.org/rdf/terms#": "SPDX",
    "http://purl.org/spar/biro/": "BiRO",
    "http://purl.org/spar/cito/": "CiTO",
    "http://purl.org/spar/datacite/": "DataCite ontology",
    "http://purl.org/cerif/frapo/": "FRAPO",
    "http://usefulinc.com/ns/doap#": "DOAP",
    "http://rdfs.org/ns/void#": "VoID",
    "http://purl.org/linked-data/cube#": "Data Cube",
    "http://www.w3.org/ns/odrl/2/": "ODRL",
    "https://w3id.org/codemeta/": "CodeMeta",
}
PROVENANCE = {"http://www.w3.org/ns/prov#": "PROV-O", "http://purl.org/pav/": "PAV"}
# Standards of the community of models, and those of all.
OF_MODELS = {
    "http://data.europa.eu/it6/": "MLDCAT-AP",
    "https://w3id.org/fair4ml#": "FAIR4ML",
    "http://mlcommons.org/croissant/": "Croissant",
    "https://w3id.org/codemeta/": "CodeMeta",
}
GENERAL = {
    "http://www.w3.org/ns/dcat#": "DCAT",
    "http://datacite.org/schema/kernel-4": "DataCite",
    "http://purl.org/dc/terms/": "Dublin Core",
    "http://purl.org/dc/elements/1.1/": "Dublin Core",
}
_APPLICATION = (
    "fits", "geo+json", "json", "ld+json", "netcdf", "ogg", "onnx", "pdf", "rdf+xml", "toml",
    "vnd.apache.arrow.file", "vnd.apache.parquet", "vnd.onnx", "vnd.safetensors", "x-hdf5", "x-ndjson",
    "x-netcdf", "x-numpy", "x-onnx", "x-safetensors", "x-yaml", "xml", "yaml", "zarr",
)  # fmt: skip
_IMAGES = ("bmp", "fits", "gif", "jpeg", "png", "svg+xml", "tiff", "webp")
_SOUNDS = ("flac", "ogg", "vnd.wave", "wav", "x-flac", "x-wav")
_FILMS = ("mp4", "ogg", "webm")
OPEN_TYPES = frozenset(
    f"{kind}/{name}"
    for kind, names in (
        ("application", _APPLICATION),
        ("image", _IMAGES),
        ("audio", _SOUNDS),
        ("video", _FILMS),
    )
    for name in names
)
PROTOCOLS = ("http", "https", "ftp", "ftps", "sftp", "s3", "git", "ssh", "git+ssh")
ASK_WHO = ("http", "https", "ftp", "ftps", "sftp", "s3", "ssh", "git+ssh")
LICENCES = (
    "spdx.org/licenses/",
    "creativecommons.org/",
    "opensource.org/licen",
    "resource/authority/licence/",
)


def persistent(identifier: str) -> str:
    """The kind of a persistent identifier, or nothing."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(identifier.strip())), "")


def address(identifier: str) -> str:
    """Where whoever keeps a persistent identifier answers for it."""
    if identifier.startswith(("http://", "https://")):
        return identifier
    kind, bare = persistent(identifier), identifier.partition(":")[2] if ":" in identifier else identifier
    places = {"DOI": "https://doi.org/", "handle": "https://hdl.handle.net/"}
    if kind in places:
        return places[kind] + bare
    return (
        f"https://archive.softwareheritage.org/{identifier}"
        if kind == "SWHID"
        else f"https://n2t.net/{identifier}"
    )


def unique(identifier: str) -> bool:
    return bool(persistent(identifier) or re.fullmatch(_UNIQUE, identifier.strip(), re.IGNORECASE))


def named(namespaces: Iterable[str], known: dict[str, str]) -> list[str]:
    """The names of those that are known."""
    return sorted({name for each in namespaces for space, name in known.items() if each.startswith(space)})


def open_type(media_type: str) -> bool:
    """Whether a format is open; a page is none, for it may be anything's log-in."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in ("text/html", "application/xhtml+xml"):
        return False
    return plain.startswith("text/") or plain in OPEN_TYPES or plain.endswith(("+json", "+xml", "+yaml"))


def scheme(address: str) -> str:
    return address.partition(":")[0].lower() if ":" in address else ""
