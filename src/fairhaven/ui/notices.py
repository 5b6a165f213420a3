"""One short word to the reader after a form did its work; it travels in a cookie to the next page."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "fairhaven_notice"
LONGEST = 500
Kind = Literal["good", "info", "warn", "bad"]


@dataclass(frozen=True)
class Notice:
    """What to say, and optionally where to go from it. Plain text: it is escaped when shown."""

    text: str
    kind: Kind = "good"
    href: str = ""
    action: str = ""


def of(request: Request) -> list[Notice]:
    """The notices of this page: those that the request carries, and the one that the last page left."""
    carried = list(getattr(request.state, "notices", ()))
    left = _read(request.cookies.get(COOKIE, ""))
    return [*carried, left] if left else carried


def leave(response: Response, notice: Notice) -> None:
    value = base64.urlsafe_b64encode(json.dumps(asdict(notice)).encode()).decode()
    response.set_cookie(COOKIE, value, max_age=60, httponly=True, samesite="lax")


def forget(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _read(value: str) -> Notice | None:
    try:
        said = json.loads(base64.urlsafe_b64decode(value.encode()))
        text, kind = str(said["text"])[:LONGEST], said.get("kind")
        href = str(said.get("href") or "")
        # Only places of our own: somebody else may have planted the cookie.
        inside = href.startswith("/") and not href.startswith(("//", "/\\"))
        return Notice(text, kind if kind in ("good", "info", "warn", "bad") else "info",
                      href if inside else "", str(said.get("action") or ""))  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None
