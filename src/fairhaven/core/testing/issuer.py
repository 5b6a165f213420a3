"""A small OpenID Connect issuer behind a real HTTP server, whose keys and words the tests have in hand.

It does what an honest one does (code flow with PKCE, refresh tokens that work once, userinfo, sign-out),
until a test tells it otherwise. What it signs with a key that a test gives is as forged as the test wants.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

Answer = tuple[int, Mapping[str, Any]]


class TestIssuer:
    """What it knows, and how it answers now."""

    __test__ = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.client_id, self.client_secret = "fairhaven", "the secret of the client"
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.people: dict[str, dict[str, Any]] = {}
        self.who = ""
        # Claims that are told only in ID tokens, or only in access tokens, by their name.
        self.only_in: dict[str, str] = {}
        # What is put over the claims of the next ID tokens, and over the parameters of the next answers.
        self.id_claims: dict[str, Any] = {}
        self.answer: dict[str, str | None] = {}
        self.sign_id_token: Callable[[Mapping[str, Any]], str] | None = None
        self.refreshes = True
        self.says_who_again = True  # whether a refresh gives an ID token
        self.silent = threading.Event()
        self.asked: Counter[str] = Counter()
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.access_tokens: dict[str, str] = {}

    def rotate(self) -> RSAKey:
        """Sign with a new key from now on, and publish no other; returns the old one."""
        old, self.key = self.key, RSAKey.generate_key(2048, auto_kid=True)
        return old

    def claims(self, subject: str, **more: Any) -> dict[str, Any]:
        """Claims of a token that is valid now."""
        moment = int(time.time())
        return {"iss": self.url, "sub": subject, "iat": moment, "exp": moment + 300, **more}

    def sign(self, claims: Mapping[str, Any], key: Any = None, **header: Any) -> str:
        signing = key or self.key
        told = {"alg": "RS256", "typ": "JWT", "kid": signing.kid, **header}
        return jws.serialize_compact(told, json.dumps(claims), signing, algorithms=[told["alg"]])

    def unsigned(self, claims: Mapping[str, Any]) -> str:
        """With `alg: none`."""
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."

    def confused(self, claims: Mapping[str, Any]) -> str:
        """HS256, with the public key as the shared one; written by hand, no library would."""
        text = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': self.key.kid})}.{_part(claims)}"
        signature = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def gone(self, subject: str) -> None:
        """Forget a person: all their tokens are over."""
        self.people.pop(subject)
        for kept in (self.refresh_tokens, self.access_tokens):
            for token in [token for token, whose in kept.items() if whose == subject]:
                del kept[token]

    # --- what it answers --------------------------------------------------------------------------

    def metadata(self) -> Answer:
        return 200, {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/sign-out",
            "authorization_response_iss_parameter_supported": True,
        }

    def authorize(self, asked: Mapping[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "sub": self.who}
        told = {"code": code, "state": asked["state"], "iss": self.url, **self.answer}
        return f"{asked['redirect_uri']}?{urlencode({k: v for k, v in told.items() if v is not None})}"

    def token(self, form: Mapping[str, str], authorization: str) -> Answer:
        pair = base64.b64encode(f"{self.client_id}:{urlencode({'': self.client_secret})[1:]}".encode())
        if authorization != f"Basic {pair.decode()}":
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token":
            subject, nonce = self.refresh_tokens.pop(form["refresh_token"], ""), ""
        else:
            begun = self.codes.pop(form.get("code", ""), {})
            if _challenge(form.get("code_verifier", "")) != begun.get("code_challenge"):
                return 400, {"error": "invalid_grant"}
            subject, nonce = begun["sub"], begun["nonce"]
        if subject not in self.people:
            return 400, {"error": "invalid_grant"}
        given = self._tokens(subject, {"nonce": nonce} if nonce else {})
        if not nonce and not self.says_who_again:
            del given["id_token"]
        return 200, given

    def userinfo(self, authorization: str) -> Answer:
        subject = self.access_tokens.get(authorization.removeprefix("Bearer "), "")
        if subject not in self.people:
            return 401, {"error": "invalid_token"}
        return 200, {"sub": subject, **self._told(subject, "userinfo")}

    def _tokens(self, subject: str, more: Mapping[str, Any]) -> dict[str, Any]:
        told = self.claims(subject, aud=self.client_id, **self._told(subject, "id_token"), **more)
        id_token = (self.sign_id_token or self.sign)({**told, **self.id_claims})
        meant = self._told(subject, "access_token")
        access = self.sign(self.claims(subject, aud="api", jti=secrets.token_hex(8), **meant))
        self.access_tokens[access] = subject
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
        if self.refreshes:
            answer["refresh_token"] = refresh = secrets.token_urlsafe(16)
            self.refresh_tokens[refresh] = subject
        return answer

    def _told(self, subject: str, where: str) -> dict[str, Any]:
        """Names everywhere, other claims where they are told."""
        return {
            name: value
            for name, value in self.people[subject].items()
            if self.only_in.get(name, where) == where
        }


@contextmanager
def running() -> Iterator[TestIssuer]:
    """An issuer that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    issuer = TestIssuer(f"http://127.0.0.1:{server.server_port}")
    server.issuer = issuer  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="issuer", daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.silent.clear()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer: TestIssuer = self.server.issuer  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        issuer.asked[parts.path] += 1
        if parts.path == "/authorize":
            self._lead(issuer.authorize(dict(parse_qsl(parts.query))))
            return
        answers: dict[str, Callable[[], Answer]] = {
            "/.well-known/openid-configuration": issuer.metadata,
            "/jwks": lambda: (200, {"keys": [issuer.key.as_dict(private=False, use="sig", alg="RS256")]}),
            "/userinfo": lambda: issuer.userinfo(self.headers.get("Authorization", "")),
        }
        self._say(answers.get(parts.path, lambda: (404, {})))

    def do_POST(self) -> None:
        issuer: TestIssuer = self.server.issuer  # type: ignore[attr-defined]
        issuer.asked[self.path] += 1
        content = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form, authorization = dict(parse_qsl(content)), self.headers.get("Authorization", "")
        self._say(lambda: issuer.token(form, authorization))

    def _lead(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _say(self, answer: Callable[[], Answer]) -> None:
        issuer: TestIssuer = self.server.issuer  # type: ignore[attr-defined]
        status, told = (503, {}) if issuer.silent.is_set() else answer()
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """It says nothing."""


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
