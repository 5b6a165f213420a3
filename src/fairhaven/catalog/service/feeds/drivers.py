"""Kinds of lists: the drivers that read them, and which list an address means."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import ClassVar

from fairhaven.catalog.ports import ExternalCatalog, Listing
from fairhaven.catalog.schemas import FeedKind, FeedOption, FeedSpec
from fairhaven.core.errors import Invalid
from fairhaven.core.schemas import FieldError

_ADDRESS = re.compile(r"(?P<kind>[a-z][a-z0-9]{0,29})\+(?P<address>[^\s#]+)")


class UnknownList(Invalid):
    """No driver reads such a list; `field` says what the form has to mark."""

    title: ClassVar[str] = "This is no list that is known here"

    def __init__(self, detail: str, field: str = "address") -> None:
        super().__init__(detail, errors=[FieldError(field=field, message=detail)])


def kinds() -> list[FeedKind]:
    """The kinds of lists for which a driver is installed."""
    return [_told(name, each) for name, each in sorted(installed().items())]


@cache
def installed() -> Mapping[str, ExternalCatalog]:
    """The drivers by their kind."""
    return {point.name: point.load()() for point in entry_points(group="fairhaven.catalogs")}


def driver(kind: str) -> ExternalCatalog:
    """Who reads lists of a kind.

    Raises:
        UnknownList: no such driver is installed.
    """
    found = installed().get(kind)
    if found is None:
        known = ", ".join(sorted(installed())) or "none"
        raise UnknownList(f"`{kind[:30]}` is no kind of list that is known here: {known}.", "kind")
    return found


def understood(spec: FeedSpec) -> tuple[str, Listing]:
    """Which list is meant: by `KIND+ADDRESS`, by the kind that was chosen, else by the address alone.

    Raises:
        UnknownList: none is, or an option is not one of its kind.
    """
    text = spec.address.strip()
    written = _ADDRESS.fullmatch(text)
    kind, plain = (written["kind"], written["address"]) if written else (spec.kind or "", text)
    seen = _recognised(plain, kind)
    if seen is None and not kind:
        raise UnknownList("The address does not show which kind of list it is: choose the kind.", "kind")
    kind, found = seen or (kind, Listing(plain))
    options = {name: value.strip() for name, value in spec.options.items() if value.strip()}
    _check(driver(kind), options)
    return kind, Listing(found.address.rstrip("/"), {**found.options, **options})


def _recognised(text: str, kind: str) -> tuple[str, Listing] | None:
    for name, each in sorted(installed().items()):
        if kind in ("", name) and (found := each.recognise(text)):
            return name, found
    return None


def _check(reader: ExternalCatalog, options: Mapping[str, str]) -> None:
    known = {each.name: each for each in reader.options}
    for name, value in options.items():
        if name not in known:
            raise UnknownList(f"`{name}` is no option of this kind of list.", "options")
        if known[name].choices and value not in known[name].choices:
            choices = ", ".join(known[name].choices)
            raise UnknownList(f"`{name}` may be: {choices}.", name)


def _told(name: str, each: ExternalCatalog) -> FeedKind:
    options = [
        FeedOption(name=one.name, label=one.label, help=one.help, choices=list(one.choices))
        for one in each.options
    ]
    return FeedKind(kind=name, label=each.label, example=each.example, options=options, builds=each.builds)
