"""What can go wrong with an issuer."""

from fairhaven.core.errors import BadRequest, UpstreamFailed
from fairhaven.identity.service import TokenRefused


class SignInFailed(BadRequest):
    title = "This sign-in did not work"
    fix = (
        "Start again on the page to sign in; an address of a sign-in works once, in the browser it began in."
    )


class IssuerSilent(UpstreamFailed):
    title = "The place where you sign in does not answer"
    fix = "Try again in a moment; if it stays so, tell whoever runs this platform."


class JwtRefused(TokenRefused):
    title = "This token is not valid"
    fix = "Get a new one from its issuer, or make one of ours under your name → Tokens."


class NoLonger(Exception):
    """The issuer says that a sign-in is over, or its person gone."""
