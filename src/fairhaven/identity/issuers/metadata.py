"""What an issuer says about itself (OpenID Connect Discovery 1.0, RFC 8414)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairhaven.core.issuers import Issuer, is_safe
from fairhaven.identity.issuers.problems import IssuerSilent

PATH = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Metadata:
    """Where an issuer answers what; an empty address: it does not."""

    authorization: str
    token: str
    jwks: str
    userinfo: str
    end_session: str
    # Whether it names itself in the answer to an authorization request (RFC 9207).
    names_itself: bool
    # Whether our secret goes into the form: it takes no other way.
    secret_in_form: bool

    @classmethod
    def read(cls, issuer: Issuer, told: Mapping[str, Any]) -> "Metadata":
        """Read the document.

        Raises:
            IssuerSilent: it is another issuer's, or lacks what must be there, or leads off the safe way.
        """
        if told.get("issuer") != issuer.url:
            raise IssuerSilent(
                f"{issuer.shown} calls itself {str(told.get('issuer'))[:200]!r}.",
                fix="An operator writes exactly that as `url` of the issuer.",
            )
        methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return cls(
            authorization=_address(issuer, told, "authorization_endpoint"),
            token=_address(issuer, told, "token_endpoint"),
            jwks=_address(issuer, told, "jwks_uri"),
            userinfo=_address(issuer, told, "userinfo_endpoint", needed=False),
            end_session=_address(issuer, told, "end_session_endpoint", needed=False),
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
            secret_in_form="client_secret_basic" not in methods and "client_secret_post" in methods,
        )


def _address(issuer: Issuer, told: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    found = told.get(name)
    if not found and not needed:
        return ""
    if not isinstance(found, str) or not is_safe(found):
        raise IssuerSilent(f"{issuer.shown} gives no safe address as its {name}.")
    return found
