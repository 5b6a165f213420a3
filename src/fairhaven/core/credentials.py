"""Credentials that we give out: 256 random bits, of which we keep only the SHA-256.

A fast hash is right for them: nobody guesses 256 bits (OWASP Password Storage is about passwords).
"""

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "fh_"  # noqa: S105 - what all tokens begin with, so that scanners recognise a leaked one


def make(prefix: str = "") -> str:
    """Return a new credential, safe in URLs and headers."""
    return prefix + secrets.token_urlsafe(32)


def digest(credential: str) -> str:
    """What is kept of a credential, hexadecimal."""
    return hashlib.sha256(credential.encode(errors="surrogatepass")).hexdigest()


def csrf(session_credential: str) -> str:
    """The token that forms of a session carry: known only to pages that we served to it."""
    return hmac.new(session_credential.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
