"""Small pieces of the kernel: ids, cursors, policies, errors."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairhaven.core import pagination, policy
from fairhaven.core.errors import BadRequest, NotAllowed, NotFound, Problem, SignInNeeded
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Actor, Role

PROJECT = uuid.uuid4()


def test_ids_are_version_7_unique_and_in_order():
    made = [new_id() for _ in range(5000)]
    assert all(each.version == 7 and each.variant == uuid.RFC_4122 for each in made)
    assert made == sorted(made) and len(set(made)) == len(made)


@given(st.lists(st.one_of(st.text(), st.integers()), min_size=1))
def test_a_cursor_comes_back_as_it_was(values):
    assert pagination.decode(pagination.encode(values)) == values


@given(st.text())
def test_a_foreign_cursor_is_a_bad_request_and_never_a_crash(text):
    try:
        pagination.as_uuid(pagination.decode(text), 0)
    except BadRequest as problem:
        assert problem.remedy


def test_rules_compose_and_deny_by_default():
    rule = policy.manager | policy.administrator
    assert not rule.allows(Actor(), PROJECT)
    assert not rule.allows(Actor(id=new_id(), roles={PROJECT: Role.DEVELOPER}), PROJECT)
    assert rule.allows(Actor(id=new_id(), roles={PROJECT: Role.MANAGER}), PROJECT)
    assert rule.allows(Actor(id=new_id(), administrator=True), PROJECT)
    assert not (policy.manager & policy.administrator).allows(Actor(id=new_id(), administrator=True), PROJECT)


@pytest.mark.parametrize(
    ("actor", "rule", "expected"),
    [
        (Actor(), policy.manager, SignInNeeded),
        (Actor(id=new_id()), policy.manager, NotAllowed),
        (Actor(id=new_id()), policy.hidden(policy.manager), NotFound),
    ],
)
def test_a_refusal_says_401_403_or_404(actor, rule, expected):
    with pytest.raises(expected):
        rule.check(actor, PROJECT)


def test_a_problem_is_named_after_its_class_and_says_what_to_do():
    class QuotaReached(Problem):
        status, title, fix = 409, "No room", "Stop something."

    details = QuotaReached("2 of 2 GPUs are in use.").details("abc")
    assert details.type == "urn:fairhaven:problem:quota-reached"
    assert (details.status, details.fix, details.request_id) == (409, "Stop something.", "abc")
