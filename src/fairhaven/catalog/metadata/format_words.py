"""The formats that schemas name: how each is checked, and what is said and mended when it does not hold."""

from collections.abc import Callable

from fairhaven.catalog.metadata import formats, identifiers

FORMATS: dict[str, Callable[[str], bool]] = {
    "uri": formats.is_address,
    "doi": formats.is_doi,
    "date": formats.is_date,
    "docker-image": formats.is_image,
    "orcid": identifiers.is_orcid,
    "ror": identifiers.is_ror,
    "spdx": identifiers.is_licence,
    "email": identifiers.is_email,
    "language": identifiers.is_language,
    "media-type": identifiers.is_media_type,
    "file-path": identifiers.is_path,
    "sha256": identifiers.is_sha256,
    "md5": identifiers.is_md5,
}

# message (path, text) · what was probably meant · what to do when that is not known
FORMAT_WORDS: dict[str, tuple[str, Callable[[str], str], str]] = {
    "uri": (
        "`{0}` is not an address: '{1}'.",
        formats.mend_address,
        "Write it with scheme and host, such as https://example.org/page.",
    ),
    "doi": ("`{0}` is not a DOI: '{1}'.", formats.mend_doi, "Write it as 10.5281/zenodo.1234567."),
    "date": ("`{0}` is not a day: '{1}'.", formats.mend_date, "Write it as '2026-01-31', in quotes."),
    "docker-image": (
        "`{0}` is not an image reference: '{1}'.",
        formats.mend_image,
        "Write it as organisation/name or host/organisation/name:tag.",
    ),
    "orcid": (
        "`{0}` is not an ORCID: '{1}' (the last character is a check).",
        identifiers.mend_orcid,
        "Write it as 0000-0002-1825-0097; look it up at https://orcid.org.",
    ),
    "ror": (
        "`{0}` is not a ROR: '{1}'.",
        identifiers.mend_ror,
        "Write it as 02gfc7t72; look it up at https://ror.org.",
    ),
    "spdx": (
        "`{0}` is not an SPDX licence expression: '{1}'.",
        identifiers.mend_licence,
        "Write one of https://spdx.org/licenses, such as Apache-2.0, or LicenseRef-name for your own.",
    ),
    "email": (
        "`{0}` is not an e-mail address: '{1}'.",
        identifiers.mend_email,
        "Write it as ada@example.edu.",
    ),
    "language": (
        "`{0}` is not a language tag: '{1}'.",
        identifiers.mend_language,
        "Write it as en or pt-BR (BCP 47).",
    ),
    "media-type": (
        "`{0}` is not a media type: '{1}'.",
        identifiers.mend_media_type,
        "Write it as image/png or application/octet-stream.",
    ),
    "file-path": (
        "`{0}` is not a path inside the repository: '{1}'.",
        identifiers.mend_path,
        "Write it relative to the top folder, with `/` and without `..`.",
    ),
    "sha256": ("`{0}` is not a SHA-256: '{1}'.", identifiers.mend_hash, "Write its 64 hexadecimal digits."),
    "md5": ("`{0}` is not an MD5: '{1}'.", identifiers.mend_hash, "Write its 32 hexadecimal digits."),
}
