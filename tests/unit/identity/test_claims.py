"""What claims of three shapes mean here, and why others mean nothing."""

import pytest
from pydantic import ValidationError

from fairhaven.core.config import Settings
from fairhaven.core.issuers import Issuer
from fairhaven.core.policy import Role
from fairhaven.identity.issuers.claims import outcome, without_unknown

LEVELS = {
    "viewer": Role.VIEWER,
    "member": Role.MEMBER,
    "developer": Role.DEVELOPER,
    "manager": Role.MANAGER,
    "ap-a": Role.VIEWER,
    "ap-u": Role.DEVELOPER,
}


def issuer(*rules):
    return Issuer(name="test", url="https://issuer.example", client_id="us", claims=list(rules))


def given(claims, *rules):
    return outcome(issuer(*rules), [claims], LEVELS).memberships


def whys(claims, *rules):
    return [each.why for each in outcome(issuer(*rules), [claims], LEVELS).verdicts if not each.gives]


EGI = {
    "claim": "entitlements",
    "pattern": "urn:mace:egi.eu:group:{project}:role={level}#aai.egi.eu",
    "projects": {"vo.imagine-ai.eu": "imagine"},
}
KEYCLOAK = {"claim": "realm_access.roles", "pattern": "access:{project}:{level}"}
GROUPS = {"claim": "groups", "level": "member"}


def test_entitlements_of_egi():
    told = {
        "entitlements": [
            "urn:mace:egi.eu:group:vo.imagine-ai.eu:role=member#aai.egi.eu",
            "urn:mace:egi.eu:group:vo.other.eu:role=member#aai.egi.eu",
            "urn:mace:egi.eu:res:rcauth#aai.egi.eu",
        ]
    }
    assert given(told, EGI) == {"imagine": "member"}
    other, resource = whys(told, EGI)
    assert "does not name vo.other.eu" in other and "does not look like" in resource


def test_roles_of_keycloak_at_their_path():
    told = {"realm_access": {"roles": ["access:imagine:ap-u", "access:life:owner", "offline_access"]}}
    assert given(told, KEYCLOAK) == {"imagine": "ap-u"}
    assert any("owner is neither a role nor a level" in why for why in whys(told, KEYCLOAK))


def test_plain_groups_give_the_level_beside_them():
    assert given({"groups": ["imagine", "life"]}, GROUPS) == {"imagine": "member", "life": "member"}
    assert given({"groups": "imagine"}, GROUPS) == {"imagine": "member"}


def test_the_highest_level_of_a_project_counts():
    told = {"groups": ["imagine"], "realm_access": {"roles": ["access:imagine:ap-a", "access:imagine:ap-u"]}}
    assert given(told, GROUPS, KEYCLOAK) == {"imagine": "ap-u"}


def test_a_name_with_dots_goes_before_a_path():
    told = {"https://x.example/groups": ["one"], "a.b": ["two"], "a": {"b": ["three"]}}
    assert given(told, GROUPS | {"claim": "https://x.example/groups"}) == {"one": "member"}
    assert given(told, GROUPS | {"claim": "a.b"}) == {"two": "member"}


@pytest.mark.parametrize("told", [{}, {"groups": None}, {"groups": 3}, {"groups": [{"a": 1}, ["x"]]}])
def test_what_is_no_text_gives_nothing_and_says_so(told):
    assert given(told, GROUPS) == {}
    assert whys(told, GROUPS)


def test_the_first_place_that_has_the_claim_counts():
    sources = [{"groups": ["new"]}, {"groups": ["old"], "realm_access": {"roles": ["access:imagine:ap-u"]}}]
    found = outcome(issuer(GROUPS, KEYCLOAK), sources, LEVELS)
    assert found.memberships == {"new": "member", "imagine": "ap-u"}


def test_projects_that_do_not_exist_are_told():
    found = outcome(issuer(GROUPS), [{"groups": ["here", "nowhere"]}], LEVELS)
    left = without_unknown(found, frozenset({"here"}))
    assert left.memberships == {"here": "member"}
    assert [each.why for each in left.verdicts if not each.gives] == ["There is no project nowhere."]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"claim": "groups", "pattern": "x"}, "must name {project}"),
        ({"claim": "groups"}, "name a level"),
        ({"claim": "groups", "pattern": "{project}:{level}", "level": "member"}, "name a level"),
        ({"claim": "groups", "pattern": "{project}{level}"}, "touch"),
        ({"claim": "groups", "level": "emperor"}, "no level"),
    ],
)
def test_rules_that_say_nothing_certain_are_refused_at_the_start(rule, said):
    one = {"name": "a", "url": "https://a.example", "client_id": "us", "claims": [rule]}
    with pytest.raises(ValidationError, match=said):
        Settings(issuers=[one])


@pytest.mark.parametrize(
    "url", ["http://issuer.example", "https://user:secret@issuer.example", "ftp://x", "https://x?y", "x"]
)
def test_an_address_that_is_not_safe_is_refused(url):
    with pytest.raises(ValidationError, match="https"):
        Issuer(name="a", url=url, client_id="us")


def test_two_issuers_share_neither_name_nor_address():
    one = {"name": "a", "url": "https://a.example", "client_id": "us"}
    with pytest.raises(ValidationError, match="of its own"):
        Settings(issuers=[one, one | {"name": "b"}])
