"""What ORCIDs, RORs, licences, languages, media types, paths and checksums look like, and how to mend them.

As in `formats`: each `is_…` takes text and never fails; each `mend_…` returns what was probably meant, or an
empty string. Sources: ISO 7064 (the last character of an ORCID), ror.org, SPDX licence expressions (annex D),
BCP 47, RFC 6838 (media types).
"""

import re
from difflib import get_close_matches
from pathlib import PurePosixPath

_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])/?")
_ORCID_DIGITS = re.compile(
    r"(?:.*orcid\.org/)?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{3}[0-9Xx])/?"
)
_ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-z0-9]{6}[0-9]{2})/?")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_MEDIA = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_NOT_IN_PATH = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_MAX_LICENCE = 200
_LANGUAGES = {
    "english": "en", "spanish": "es", "german": "de", "french": "fr", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "polish": "pl", "czech": "cs", "slovak": "sk", "turkish": "tr", "chinese": "zh",
}  # fmt: skip
_LICENCES = {
    "apache": "Apache-2.0", "apache2": "Apache-2.0", "apache20": "Apache-2.0", "apachev2": "Apache-2.0",
    "apachelicense": "Apache-2.0", "apachelicense20": "Apache-2.0", "apachelicenseversion20": "Apache-2.0",
    "asl20": "Apache-2.0", "mit": "MIT", "mitlicense": "MIT", "themitlicense": "MIT", "expat": "MIT",
    "bsd": "BSD-3-Clause", "bsd3": "BSD-3-Clause", "bsd2": "BSD-2-Clause", "newbsd": "BSD-3-Clause",
    "gpl": "GPL-3.0-or-later", "gpl2": "GPL-2.0-only", "gplv2": "GPL-2.0-only", "gpl3": "GPL-3.0-only",
    "gplv3": "GPL-3.0-only", "gnugplv3": "GPL-3.0-only", "agpl": "AGPL-3.0-only", "agpl3": "AGPL-3.0-only",
    "agplv3": "AGPL-3.0-only", "lgpl": "LGPL-3.0-only", "lgplv3": "LGPL-3.0-only", "lgpl3": "LGPL-3.0-only",
    "mpl": "MPL-2.0", "mpl2": "MPL-2.0", "eupl": "EUPL-1.2", "eupl12": "EUPL-1.2", "cc0": "CC0-1.0",
    "ccby": "CC-BY-4.0", "ccby4": "CC-BY-4.0", "ccby40": "CC-BY-4.0", "ccbysa": "CC-BY-SA-4.0",
    "ccbysa40": "CC-BY-SA-4.0", "ccbync": "CC-BY-NC-4.0", "ccbync40": "CC-BY-NC-4.0", "isc": "ISC",
    "unlicense": "Unlicense", "publicdomain": "CC0-1.0", "openrail": "LicenseRef-OpenRAIL",
    "proprietary": "LicenseRef-Proprietary",
}  # fmt: skip


def is_orcid(text: str) -> bool:
    """An ORCID, bare or as an address, whose last character is the right check."""
    return bool(bare_orcid(text))


def bare_orcid(text: str) -> str:
    """`0000-0002-1825-0097` of its address; empty when it is no ORCID."""
    found = _ORCID.fullmatch(text)
    return found[1] if found and _check_of(found[1]) == found[1][-1] else ""


def mend_orcid(text: str) -> str:
    """The digits with dashes between them; empty when the check does not fit."""
    found = _ORCID_DIGITS.fullmatch(text.strip()[:100])
    return bare_orcid("-".join(found.groups()).upper()) if found else ""


def is_ror(text: str) -> bool:
    """An identifier of the Research Organization Registry, bare or as an address."""
    return bool(bare_ror(text))


def bare_ror(text: str) -> str:
    """`02gfc7t72` of its address; empty when it is no ROR."""
    found = _ROR.fullmatch(text)
    return found[1] if found else ""


def mend_ror(text: str) -> str:
    """The identifier in lower case."""
    return bare_ror(text.strip().lower()[:100])


def is_licence(text: str) -> bool:
    """An SPDX licence expression, in any case."""
    return bool(bare_licence(text))


def bare_licence(text: str) -> str:
    """The expression in SPDX's own spelling; empty when it is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if len(text) > _MAX_LICENCE or not text.isascii():
        return ""
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return ""


def mend_licence(text: str) -> str:
    """The SPDX expression for a licence's usual name, or for one spelt nearly right."""
    trimmed = text.strip()[:_MAX_LICENCE]
    key = "".join(letter for letter in trimmed.casefold() if letter.isalnum())
    if expression := bare_licence(trimmed) or _LICENCES.get(key, ""):
        return expression
    if expression := bare_licence(trimmed.replace(" ", "-")):
        return expression
    close = get_close_matches(key, _LICENCES, n=1, cutoff=0.85)
    return _LICENCES[close[0]] if close else ""


def is_email(text: str) -> bool:
    """An address of e-mail with a domain."""
    return _EMAIL.fullmatch(text) is not None


def mend_email(text: str) -> str:
    """The address without `mailto:`, blanks and words for `@`."""
    trimmed = text.strip().removeprefix("mailto:").replace(" at ", "@").replace("[at]", "@").replace(" ", "")
    return trimmed if is_email(trimmed) else ""


def is_language(text: str) -> bool:
    """A language tag such as `en` or `pt-BR`."""
    return _LANGUAGE.fullmatch(text) is not None


def mend_language(text: str) -> str:
    """The tag of a language's English name, or the tag with dashes."""
    tag = text.strip().replace("_", "-")
    return _LANGUAGES.get(tag.casefold(), tag if is_language(tag) else "")


def is_media_type(text: str) -> bool:
    """A media type such as `image/png`, without parameters."""
    return _MEDIA.fullmatch(text) is not None


def mend_media_type(text: str) -> str:
    """The media type of a file extension."""
    from mimetypes import guess_type

    extension = text.strip().lower().removeprefix(".")
    return (guess_type(f"x.{extension}")[0] or "") if extension.isalnum() else ""


def is_path(text: str) -> bool:
    """A path inside a folder: relative, with `/`, never up or out."""
    if len(text) > 1000 or _NOT_IN_PATH.search(text) or text.startswith(("/", "~", "-")):
        return False
    parts = text.split("/")
    return all(part and part not in (".", "..") and part == part.strip() for part in parts)


def mend_path(text: str) -> str:
    """The path with `/`, without drive and dots; empty when it leads out."""
    path = PurePosixPath(text.strip().replace("\\", "/"))
    mended = str(path)
    return mended if ".." not in path.parts and is_path(mended) else ""


def is_sha256(text: str) -> bool:
    """64 hexadecimal digits."""
    return re.fullmatch(r"[0-9a-fA-F]{64}", text) is not None


def is_md5(text: str) -> bool:
    """32 hexadecimal digits."""
    return re.fullmatch(r"[0-9a-fA-F]{32}", text) is not None


def mend_hash(text: str) -> str:
    """The digits without the name of the algorithm."""
    digits = text.strip().partition(":")[2].strip() or text.strip()
    return digits.lower() if is_sha256(digits) or is_md5(digits) else ""


def _check_of(orcid: str) -> str:
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "X" if check == 10 else str(check)
