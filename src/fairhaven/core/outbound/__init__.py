"""The one way to addresses that people give: repositories, and whatever else we ask because somebody said so.

A host is resolved once; what leads to a network that is not public is refused (unless a setting allows that
network), and the connection is made to the very address that was checked. So no address and no answer of a
name server makes the platform ask its own neighbours. The door is `Guard`, `Pinned` and `fetch`.
"""

from fairhaven.core.outbound.fetching import Fetched, fetch
from fairhaven.core.outbound.guard import Guard, Resolver, guard_of
from fairhaven.core.outbound.pinning import Pinned
from fairhaven.core.outbound.problems import (
    AddressRefused,
    AnswerTooLarge,
    HostUnknown,
    OutboundProblem,
    TooManyRedirects,
    Unanswered,
)
from fairhaven.core.outbound.rules import is_public

__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "Fetched",
    "Guard",
    "HostUnknown",
    "OutboundProblem",
    "Pinned",
    "Resolver",
    "TooManyRedirects",
    "Unanswered",
    "fetch",
    "guard_of",
    "is_public",
]
