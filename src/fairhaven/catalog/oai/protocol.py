"""What a harvester asks: the verb and its arguments, checked as the protocol demands (§3.1, §3.6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

ERRORS = (
    "badArgument", "badResumptionToken", "badVerb", "cannotDisseminateFormat", "idDoesNotExist",
    "noMetadataFormats", "noRecordsMatch", "noSetHierarchy",
)  # fmt: skip
# Verb: its arguments, and which of them must be there.
_VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset({"identifier"}), frozenset()),
    "ListSets": (frozenset({"resumptionToken"}), frozenset()),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": (frozenset({"from", "until", "set", "metadataPrefix"}), frozenset({"metadataPrefix"})),
    "ListRecords": (frozenset({"from", "until", "set", "metadataPrefix"}), frozenset({"metadataPrefix"})),
}
_LISTS = ("ListIdentifiers", "ListRecords", "ListSets")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class OaiError(Exception):
    """A failure as the protocol names it; it is answered with status 200, as the protocol demands."""

    def __init__(self, code: str, words: str) -> None:
        assert code in ERRORS
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """A request that is well-formed; `since` and `until` bound the datestamps, both included."""

    verb: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None

    def get(self, name: str) -> str | None:
        return self.arguments.get(name)


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """The request in a query string or form.

    Raises:
        OaiError: badVerb or badArgument.
    """
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        what = "The verb is missing." if not verbs else "There must be one verb, and one that is known."
        raise OaiError("badVerb", f"{what} Known are: {', '.join(_VERBS)}.")
    arguments = _arguments(verbs[0], [pair for pair in pairs if pair[0] != "verb"])
    since, until = _range(arguments.get("from"), arguments.get("until"))
    return Asked(verbs[0], arguments, since, until)


def _arguments(verb: str, pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    arguments = dict(pairs)
    if len(arguments) != len(pairs):
        raise OaiError("badArgument", "An argument is given twice.")
    if "resumptionToken" in arguments and verb in _LISTS:
        if len(arguments) > 1:
            raise OaiError("badArgument", "A resumptionToken stands alone.")
        return arguments
    allowed, needed = _VERBS[verb]
    if strange := sorted(arguments.keys() - allowed):
        raise OaiError("badArgument", f"{verb} knows no argument {strange[0][:60]!r}.")
    if missing := sorted(needed - arguments.keys()):
        raise OaiError("badArgument", f"{verb} needs the argument {missing[0]}.")
    if any("\x00" in value for value in arguments.values()):
        raise OaiError("badArgument", "An argument holds a character that none may hold.")
    return arguments


def _range(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    if since and until and len(since) != len(until):
        raise OaiError("badArgument", "`from` and `until` must be of one granularity.")
    first, last = _moment(since), _moment(until)
    if last and until and _DAY.fullmatch(until):
        last += timedelta(days=1) - timedelta(seconds=1)
    if first and last and first > last:
        raise OaiError("badArgument", "`from` is later than `until`.")
    return first, last


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text, endpos=10) and len(text) == 10:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        if _SECOND.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise OaiError("badArgument", f"{text[:40]!r} is no date: write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")


def stamp(moment: datetime) -> str:
    """A datestamp of the protocol, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
