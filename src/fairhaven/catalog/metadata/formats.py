"""What addresses, DOIs, dates and image references look like, and how to mend those that nearly do.

Each `is_…` takes text and never fails; each `mend_…` returns what was probably meant, or an empty string.
Sources: RFC 3986/3987 (IRI), DOI Handbook §2.2, ISO 8601 calendar dates, the OCI reference grammar.
"""

import calendar
import re
from datetime import date
from urllib.parse import urlsplit

MAX_ADDRESS = 2048
_SCHEMES = frozenset(
    ("http", "https", "ftp", "ftps", "sftp", "ssh", "git", "git+https", "git+ssh", "s3", "gs", "oci")
)
_NOT_IN_IRI = re.compile(r'[\s<>"{}|\\^`\x00-\x1f\x7f]')
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]{1,9})*/[^\s]{1,250}")
_DOI_PREFIX = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ZENODO = re.compile(r"(?:https?://)?(?:www\.)?zenodo\.org/records?/([0-9]{1,12})/?", re.IGNORECASE)
_NAME = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_NAME}(?:/{_NAME})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
)
_HUB = re.compile(r"https?://hub\.docker\.com/(?:r|repository/docker)/([^?#]+)")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})(?:[T\s].*)?", re.DOTALL)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_GIT_SSH = re.compile(r"(?:ssh://)?git@([A-Za-z0-9.-]{1,253})[:/]([^\s]+)")
_NO_SCHEME = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}(?:[/?#].*)?")
_PLACEHOLDER = re.compile(r"https?://add-some-|https?://(?:www\.)?example\.(?:com|org|net)(?:[/:?#]|\Z)")


def is_address(text: str) -> bool:
    """An IRI with a scheme that can be followed and with a host."""
    if len(text) > MAX_ADDRESS or _NOT_IN_IRI.search(text):
        return False
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(host) and not str(host).startswith((".", "-"))


def is_placeholder(text: str) -> bool:
    """An address that a template left to be filled in."""
    return _PLACEHOLDER.match(text) is not None


def mend_address(text: str) -> str:
    """`git@host:a/b` as https, a bare DOI as its address, a missing scheme added."""
    trimmed = text.strip()
    if found := _GIT_SSH.fullmatch(trimmed):
        return _if_address(f"https://{found[1]}/{found[2].removesuffix('.git')}")
    if doi := bare_doi(trimmed):
        return f"https://doi.org/{doi}"
    if _NO_SCHEME.fullmatch(trimmed):
        trimmed = f"https://{trimmed}"
    trimmed = re.sub(r"\A(https?):/*", r"\1://", trimmed, flags=re.IGNORECASE)
    return _if_address(trimmed.replace(" ", "%20"))


def is_doi(text: str) -> bool:
    """A DOI, bare or as an address of doi.org."""
    return bool(bare_doi(text))


def bare_doi(text: str) -> str:
    """`10.5281/zenodo.1` of `https://doi.org/10.5281/zenodo.1`; empty when it is no DOI."""
    bare = _DOI_PREFIX.sub("", text[:400], count=1) if _DOI_PREFIX.match(text) else text
    return bare if _DOI.fullmatch(bare) else ""


def mend_doi(text: str) -> str:
    """The DOI inside a Zenodo address or between blanks."""
    trimmed = text.strip()
    if found := _ZENODO.fullmatch(trimmed):
        return f"10.5281/zenodo.{found[1]}"
    found_doi = _DOI.search(trimmed[:400])
    return found_doi[0] if found_doi else ""


def is_date(text: str) -> bool:
    """A day that exists, as YYYY-MM-DD."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def mend_date(text: str) -> str:
    """The nearest real day; day-first dates are read the European way. Empty when it holds no date."""
    if found := _YEAR_FIRST.fullmatch(text.strip()):
        return _nearest(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text.strip()):
        return _nearest(int(found[3]), int(found[2]), int(found[1]))
    return ""


def is_image(text: str) -> bool:
    """An image reference (`ai4oshub/mods:latest`) or the address of one."""
    if "://" in text:
        return is_address(text)
    return len(text) <= 512 and _IMAGE.fullmatch(text) is not None


def bare_image(text: str) -> str:
    """`deephdc/mods` of its Docker Hub page; anything else unchanged."""
    found = _HUB.fullmatch(text)
    reference = found[1].rstrip("/") if found else text
    return reference if is_image(reference) else text


def mend_image(text: str) -> str:
    """The reference in lower case, without blanks and without `docker pull`."""
    trimmed = text.strip().removeprefix("docker pull ").strip().replace(" ", "-")
    name, colon, tag = trimmed.rpartition(":")
    lowered = f"{name.lower()}:{tag}" if colon and "/" not in tag else trimmed.lower()
    return lowered if is_image(lowered) else ""


def _if_address(text: str) -> str:
    return text if is_address(text) else ""


def _nearest(year: int, month: int, day: int) -> str:
    if month > 12 >= day:
        month, day = day, month
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31):
        return ""
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day, last)).isoformat()
