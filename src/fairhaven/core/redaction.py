"""Masks in log lines what looks like a secret. It knows no values: only how ours, and usual ones, look.

Fields are masked by their name, and the written line once more by shape, tracebacks included. This is the
last net: nothing is meant to log a secret in the first place.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "…"

_WORDS = (
    r"password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credential|authorization|cookie"
)
_NAMES = re.compile(rf"(?i)(?:^|[_.-])(?:{_WORDS})s?$")
_SHAPES = (
    # Our tokens; of them the prefix is shown, by which people know them.
    (re.compile(r"\b(fh[a-z]?_\w{4})[\w-]{8,}"), rf"\1{MASK}"),
    # Tokens of Vault and OpenBao, of Hugging Face, GitHub and GitLab.
    (re.compile(r"\b((?:hv[sbr]|[sbr])\.)[\w-]{20,}"), rf"\1{MASK}"),
    (re.compile(r"\b(hf_|gh[pousr]_|github_pat_|glpat-)[\w-]{16,}"), rf"\1{MASK}"),
    # JSON Web Tokens.
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), MASK),
    # Private keys, over however many lines, also where those are written as `\n`.
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END|$)", re.DOTALL), rf"\1{MASK}\2"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{8,}"), rf"\1\2{MASK}"),
    # Credentials of an address, and links that sign somebody in.
    (re.compile(r"(://)[^/\s:@'\"]*:[^/\s@'\"]+@"), rf"\1{MASK}@"),
    (re.compile(r"(/sign-in/)[\w-]{8,}"), rf"\1{MASK}"),
    # `password=…`, `"token": "…"`, however the name goes on before.
    (
        re.compile(
            rf"(?i)((?:{_WORDS})s?\\?[\"']?\s*[=:]\s*\\?[\"']?)(?!{MASK}|null\b|None\b)[^\s\"'\\,;&}})\]]{{4,}}"
        ),
        rf"\1{MASK}",
    ),
)


def masked(text: str) -> str:
    """The text without what looks like a secret."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which the values of fields named like secrets are masked, at any depth."""
    return {name: MASK if _names_secret(name) and value else _inside(value) for name, value in fields.items()}


def mask_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: before a line is written."""
    return masked_fields(event)


def mask_line(_logger: Any, _method: str, line: str) -> str:
    """A processor of structlog: after a line was written, as the last."""
    return masked(line)


def _names_secret(name: object) -> bool:
    return isinstance(name, str) and _NAMES.search(name) is not None


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked_fields(value)
    if isinstance(value, list | tuple):
        return [_inside(each) for each in value]
    return value
