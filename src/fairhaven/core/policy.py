"""Who may do what: rules that read as prose, composed with `|` and `&`, denied by default.

A domain's `policy.py` names its acts: `can_stop = owner | project_manager | administrator`.
A request in which no rule was asked is refused (`core.http`), so forgetting one is harmless.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import UUID

from fairhaven.core.errors import NotAllowed, NotFound, SignInNeeded


class Role(IntEnum):
    """What a member of a project may do; each includes those before it."""

    VIEWER = 10
    MEMBER = 20
    DEVELOPER = 30
    MANAGER = 40


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a token of theirs, the platform itself, or nobody known."""

    id: UUID | None = None
    name: str = "anonymous"
    administrator: bool = False
    system: bool = False
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    via: str = ""
    # What the credential may do of what the person may, as `resource:verb`; None: everything.
    scopes: frozenset[str] | None = None
    # The only project of the credential; `roles` holds no other then.
    project: UUID | None = None
    # The digest of the credential: streams end when it is refused.
    credential: str = ""

    @property
    def signed_in(self) -> bool:
        return self.id is not None or self.system


ANONYMOUS = Actor()
SYSTEM = Actor(name="fairhaven", administrator=True, system=True, via="system")

_consulted: ContextVar[list["Rule"] | None] = ContextVar("consulted_rules", default=None)


@dataclass(frozen=True)
class Rule:
    """A named question about an actor and a thing."""

    says: str
    test: Callable[[Actor, Any], bool]
    # True: whoever may not is told 404, because the thing's very existence is private.
    private: bool = False

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(f"{self.says} or {other.says}", lambda a, t: self.test(a, t) or other.test(a, t))

    def __and__(self, other: "Rule") -> "Rule":
        return Rule(f"{self.says} and {other.says}", lambda a, t: self.test(a, t) and other.test(a, t))

    def allows(self, actor: Actor, thing: Any = None) -> bool:
        note(self)
        return self.test(actor, thing)

    def check(self, actor: Actor, thing: Any = None) -> None:
        """Raise unless the actor may.

        Raises:
            SignInNeeded: nobody is signed in.
            NotFound: the rule is private.
            NotAllowed: known, but not allowed; the detail says who may.
        """
        if self.allows(actor, thing):
            return
        if not actor.signed_in:
            raise SignInNeeded()
        if self.private:
            raise NotFound()
        raise NotAllowed(f"This may be done by: {self.says}.")


def hidden(rule: Rule) -> Rule:
    """The same rule for things whose existence is private."""
    return Rule(rule.says, rule.test, private=True)


def role(least: Role) -> Rule:
    """A member, with at least this role, of the project of the thing (or the project given)."""
    return Rule(
        f"a {least.name.lower()} of the project", lambda a, t: (a.roles.get(project_of(t)) or 0) >= least
    )


def project_of(thing: Any) -> UUID:
    found = thing if isinstance(thing, UUID) else thing.project_id
    assert isinstance(found, UUID)
    return found


anyone = Rule("anyone", lambda actor, thing: True)
signed_in = Rule("anyone signed in", lambda actor, thing: actor.signed_in)
administrator = Rule("an administrator", lambda actor, thing: actor.administrator)
owner = Rule("its owner", lambda actor, thing: actor.id is not None and thing.owner_id == actor.id)
viewer, member, developer, manager = (role(each) for each in Role)


def check_scope(actor: Actor, resource: str, verb: str) -> None:
    """Raise unless the actor's credential may do this; asked for every request, before any rule.

    Raises:
        NotAllowed: it is limited to other things; the detail says to which.
    """
    if actor.scopes is not None and not _holds(actor.scopes, f"{resource}:{verb}"):
        may = ", ".join(sorted(actor.scopes)) or "nothing"
        raise NotAllowed(
            f"This token may do {may}; this needs {resource}:{verb}.",
            fix="Make a token with that scope.",
        )


def covers(actor: Actor, scopes: Sequence[str] | None, project: UUID | None) -> bool:
    """Whether the actor's credential may do all that a credential so limited may."""
    if actor.project is not None and project != actor.project:
        return False
    return actor.scopes is None or (
        scopes is not None and all(_holds(actor.scopes, scope) for scope in scopes)
    )


def _holds(scopes: frozenset[str], scope: str) -> bool:
    resource, _, verb = scope.partition(":")
    return bool(scopes & {scope, f"{resource}:*", f"*:{verb}", "*:*"})


def watch() -> list[Rule]:
    """Begin to note which rules this request asks."""
    asked: list[Rule] = []
    _consulted.set(asked)
    return asked


def note(rule: Rule) -> None:
    asked = _consulted.get()
    if asked is not None:
        asked.append(rule)


def described(rules: Iterable[tuple[str, Rule]]) -> list[str]:
    """Say each rule as a sentence, for the documentation."""
    return [f"{name.removeprefix('can_').replace('_', ' ')}: {rule.says}" for name, rule in rules]
