"""How git servers prove that they know a hook's secret, each in its own header.

- GitHub, and Gitea and Forgejo beside their own: `X-Hub-Signature-256: sha256=` and the HMAC of the body;
- Gitea, Forgejo, Gogs: `X-Gitea-Signature`, `X-Forgejo-Signature`, `X-Gogs-Signature`: the HMAC alone;
- GitLab with a signing token: `webhook-signature`, with `webhook-id` and `webhook-timestamp`
  (https://github.com/standard-webhooks/standard-webhooks);
- GitLab with a secret token: `X-Gitlab-Token`, the secret itself;
- programs: `Authorization: Bearer`, the secret itself.

Every HMAC is with SHA-256. `X-Hub-Signature`, with SHA-1, proves nothing.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from fairhaven.core import credentials

GITHUB = "x-hub-signature-256"
PLAIN_HMAC = ("x-forgejo-signature", "x-gitea-signature", "x-gogs-signature")
GITLAB = "x-gitlab-token"
TOLERANCE = 300  # seconds by which clocks may differ
_PREFIX = "whsec_"


@dataclass(frozen=True)
class Proof:
    """The secret was proven. `once` names what was signed; "" where nothing was, so that it cannot be told
    from the next call.
    """

    once: str = ""


def proof(secret: str, body: bytes, headers: Mapping[str, str]) -> Proof | None:
    """What the headers prove of the secret, None when they prove nothing."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    signatures = [
        headers.get(GITHUB, "").removeprefix("sha256="),
        *(headers.get(each, "") for each in PLAIN_HMAC),
    ]
    if any(credentials.same(each.lower(), made) for each in signatures):
        return Proof(hashlib.sha256(body).hexdigest())
    if _standard(secret, body, headers):
        return Proof(headers["webhook-id"])
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    tokens = (headers.get(GITLAB, ""), bearer.strip() if scheme.lower() == "bearer" else "")
    return Proof() if any(credentials.same(each, secret) for each in tokens) else None


def signing_token(secret: str) -> str:
    """The secret as GitLab's signing token: its bytes in the usual base64."""
    return _PREFIX + base64.b64encode(_bytes(secret)).decode()


def _standard(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not moment.isdigit() or len(moment) > 12 or abs(time.time() - int(moment)) > TOLERANCE:
        return False
    signed = f"{name}.{moment}.".encode(errors="surrogatepass") + body
    made = base64.b64encode(hmac.new(_bytes(secret), signed, hashlib.sha256).digest()).decode()
    # Several, when a secret is being changed.
    given = headers.get("webhook-signature", "").split(" ")[:8]
    return any(credentials.same(each, f"v1,{made}") for each in given)


def _bytes(secret: str) -> bytes:
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
