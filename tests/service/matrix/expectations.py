"""Who may ask a route, and what everybody else is told: the words of which the table is made.

Roles are rungs of a ladder, each of which may what those before it may. Places say whose thing is asked
for: one of the role's own project, one of another project, or one that is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Place(StrEnum):
    """Whose thing a request is about."""

    OWN = "own"
    OTHER = "other"
    NONE = "none"
    # The own project, and in it a thing of the other.
    CROSSED = "crossed"


LADDER = ("nobody", "outsider", "viewer", "member", "developer", "manager", "administrator")
# Who stands on the rung of another: a service account is a developer; the two tokens are of somebody who
# manages both projects, one of them for the own project only, the other for reading only.
STANDS_ON = {"service": "developer", "bound": "manager", "reader": "manager"}
ROLES = (*LADDER, *STANDS_ON)


@dataclass(frozen=True)
class Access:
    """Who may, and what the others are told.

    Attributes:
        least: the lowest rung that may, for things of the own project.
        nobody: what is told to whom nobody knows.
        member: what is told to members who may less.
        stranger: what is told to others, and of things that are not there: it must be the same.
        absent: what administrators are told of things that are not there.
        lost: what is told to whom nobody knows, of things that they could not see anyway.
        also: rungs below `least` that may in this world, `because` they are …
        personal: the thing is a person's own: administrators are strangers to it.
        unasked: the route asks nobody who they are.
    """

    least: str
    nobody: int = 401
    member: int = 403
    stranger: int = 404
    absent: int = 404
    lost: int = 401
    also: frozenset[str] = frozenset()
    because: str = ""
    personal: bool = False
    unasked: bool = False

    def but(self, **changes: Any) -> "Access":
        return replace(self, **changes)


UNASKED = Access("nobody", unasked=True)
EVERYBODY = Access("nobody")
SIGNED_IN = Access("outsider")
VIEWER = Access("viewer")
MEMBER = Access("member")
DEVELOPER = Access("developer")
MANAGER = Access("manager")
# For members below, the thing does not exist either.
MANAGER_HIDDEN = Access("manager", member=404)
ADMINISTRATOR = Access("administrator", stranger=403)
# Whoever made it, and who manages its project; the world's things are made by its `member`.
OWNER = MANAGER.but(also=frozenset({"member"}), because="its owner")
OWNER_OR_DEVELOPER = DEVELOPER.but(also=frozenset({"member"}), because="its owner")
PERSONAL = SIGNED_IN.but(personal=True)


def of_catalog(access: Access) -> Access:
    """Things of the catalog may be public: to whom nobody knows, the others are not there."""
    return access.but(nobody=404, lost=404)


@dataclass(frozen=True)
class Row:
    """One route of the table.

    Attributes:
        who: who may ask, and what the others are told.
        ok: what those are told who may.
        json, form: the body, in which `<noun>` stands for the thing of the world at the request's place.
        query: the query string, likewise.
        lists: it tells many things: those of other projects must not be among them, and are there.
        verb: of a token's scope, where the method does not tell it.
        places: where it is tried; by default own, other and none when it names a thing, else own.
        crossed: what those who may are told of a foreign thing below their own project; None: not tried.
        roles: what single roles are told at their own place, for a reason of their own.
        headers: sent along.
    """

    who: Access
    ok: int = 200
    json: Any = None
    form: Mapping[str, str] | None = None
    query: str = ""
    lists: bool = False
    verb: str = ""
    places: tuple[Place, ...] = ()
    crossed: int | None = 404
    roles: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def expected(self, method: str, role: str, place: Place) -> int:
        """What a role is told that asks about a thing at a place."""
        if self.who.unasked:
            return self.ok
        reads = not self.verb and method in ("GET", "HEAD", "OPTIONS")
        if role == "reader" and not (reads or self.verb == "read"):
            return 403
        if place is Place.OWN and role in self.roles:
            return self.roles[role]
        rung = STANDS_ON.get(role, role)
        if place is Place.CROSSED:
            return self._told(rung) if self._told(rung) != self.ok else self.crossed or self.ok
        return self._told(rung) if place is Place.OWN else self._elsewhere(rung, place)

    def _told(self, rung: str) -> int:
        who = self.who
        if LADDER.index(rung) >= LADDER.index(who.least) or rung in who.also:
            return self.ok
        return {"nobody": who.nobody, "outsider": who.stranger}.get(rung, who.member)

    def _elsewhere(self, rung: str, place: Place) -> int:
        who = self.who
        if rung == "nobody":
            return who.lost
        if rung != "administrator" or who.personal:
            return who.stranger
        return self.ok if place is Place.OTHER else who.absent
