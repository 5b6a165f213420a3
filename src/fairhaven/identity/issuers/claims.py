"""What claims mean: the rules of the settings, value by value, each with the reason why it gives nothing.

Claims come from several places (what is told of a person, the ID token, the access token); for each rule the
first place that has the claim counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairhaven.core.issuers import ClaimRule, Issuer
from fairhaven.core.patterns import Pattern
from fairhaven.core.policy import Role
from fairhaven.identity.schemas import ClaimsOutcome, ClaimVerdict

MOST_VALUES = 1000
SHOWN = 200  # characters of a value
_MISSING = object()
Claims = Mapping[str, Any]


def outcome(issuer: Issuer, sources: Sequence[Claims], levels: Mapping[str, Role]) -> ClaimsOutcome:
    """Which memberships the claims give, and why others give none."""
    verdicts = [
        verdict
        for number, rule in enumerate(issuer.claims, 1)
        for verdict in _by_rule(number, rule, sources, levels)
    ]
    return ClaimsOutcome(memberships=_highest(verdicts, levels), verdicts=verdicts)


def without_unknown(found: ClaimsOutcome, existing: frozenset[str]) -> ClaimsOutcome:
    """The same, where projects that do not exist give nothing."""
    verdicts = [
        verdict.model_copy(update={"gives": False, "why": f"There is no project {verdict.project}."})
        if verdict.gives and verdict.project not in existing
        else verdict
        for verdict in found.verdicts
    ]
    kept = {slug: level for slug, level in found.memberships.items() if slug in existing}
    return ClaimsOutcome(memberships=kept, verdicts=verdicts)


def tells(issuer: Issuer, claims: Claims) -> bool:
    """Whether any rule finds its claim here."""
    return any(at(claims, rule.claim) is not _MISSING for rule in issuer.claims)


def at(claims: Claims, path: str) -> Any:
    """What is at `realm_access.roles`; a claim whose very name is that goes first."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        if not isinstance(found, Mapping) or step not in found:
            return _MISSING
        found = found[step]
    return found


def _by_rule(
    number: int, rule: ClaimRule, sources: Sequence[Claims], levels: Mapping[str, Role]
) -> Iterator[ClaimVerdict]:
    told = next((found for each in sources if (found := at(each, rule.claim)) is not _MISSING), _MISSING)
    if told is _MISSING:
        yield _no(number, rule, "", f"There is no claim {rule.claim}.")
        return
    pattern = Pattern.read(rule.pattern)
    values = told if isinstance(told, list) else [told]
    for value in values[:MOST_VALUES]:
        yield _of_value(number, rule, pattern, value, levels)
    if len(values) > MOST_VALUES:
        yield _no(number, rule, "", f"Only the first {MOST_VALUES} values are looked at.")


def _of_value(
    number: int, rule: ClaimRule, pattern: Pattern, value: object, levels: Mapping[str, Role]
) -> ClaimVerdict:
    if not isinstance(value, str):
        return _no(number, rule, repr(value), "It is no text.")
    places = pattern.match(value)
    if places is None:
        return _no(number, rule, value, f"It does not look like {rule.pattern}.")
    named, level = places["project"], rule.level or places["level"]
    project = rule.projects.get(named) if rule.projects else named
    if project is None:
        return _no(number, rule, value, f"`projects` of the rule does not name {named}.")
    if level not in levels:
        return _no(number, rule, value, f"{level} is neither a role nor a level of the settings.", project)
    return ClaimVerdict(
        rule=number,
        claim=rule.claim,
        value=value[:SHOWN],
        project=project,
        level=level,
        gives=True,
        why=f"{level} of {project}.",
    )


def _no(number: int, rule: ClaimRule, value: str, why: str, project: str | None = None) -> ClaimVerdict:
    return ClaimVerdict(
        rule=number,
        claim=rule.claim,
        value=value[:SHOWN],
        project=project,
        level=None,
        gives=False,
        why=why,
    )


def _highest(verdicts: Sequence[ClaimVerdict], levels: Mapping[str, Role]) -> dict[str, str]:
    """One level a project: the one with the highest role, and among those the one that stands last."""
    order = {name: (role, place) for place, (name, role) in enumerate(levels.items())}
    found: dict[str, str] = {}
    for each in verdicts:
        if each.gives and each.project is not None and each.level is not None:
            present = found.get(each.project)
            if present is None or order[each.level] > order[present]:
                found[each.project] = each.level
    return found
