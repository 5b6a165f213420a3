"""Patterns of claims: a text fits in one way or in none, and what was read is what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairhaven.core.patterns import LONGEST, SEPARATORS, Pattern

EGI = "urn:mace:egi.eu:group:{project}:role={level}#aai.egi.eu"

names = st.lists(st.from_regex(r"\A[a-z_]{1,8}\Z"), unique=True, min_size=1, max_size=4)
literals = st.text(st.characters(exclude_characters="{}", codec="utf-8"), min_size=1, max_size=8)


@st.composite
def patterns(draw):
    """A pattern and values that may stand in its places."""
    places = draw(names)
    between = [draw(literals) for _ in places]
    first, last = draw(literals | st.just("")), draw(st.booleans())
    text = first
    values = {}
    for at, name in enumerate(places):
        is_last = at == len(places) - 1
        follows = "" if is_last and not last else between[at]
        text += f"{{{name}}}{follows}"
        excluded = SEPARATORS + follows[:1]
        values[name] = draw(
            st.text(st.characters(exclude_characters=excluded, codec="utf-8"), min_size=1, max_size=12)
        )
    return text, values


@given(patterns())
def test_what_is_filled_in_is_found_again(drawn):
    text, values = drawn
    pattern = Pattern.read(text)
    assert pattern.match(pattern.fill(**values)) == values


@given(patterns(), st.data())
def test_what_matches_is_written_the_same(drawn, data):
    pattern = Pattern.read(drawn[0])
    text = pattern.fill(**{name: data.draw(st.text(max_size=12)) for name in pattern.names})
    found = pattern.match(text)
    assert found is None or pattern.fill(**found) == text


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text):
    try:
        pattern = Pattern.read(text)
    except ValueError:
        assert set(text) & set("{}")
    else:
        assert pattern.fill(**dict.fromkeys(pattern.names, "x")).count("{") == 0


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (
            EGI,
            "urn:mace:egi.eu:group:vo.imagine-ai.eu:role=member#aai.egi.eu",
            {"project": "vo.imagine-ai.eu", "level": "member"},
        ),
        (EGI, "urn:mace:egi.eu:group:vo.imagine-ai.eu:sub:role=member#aai.egi.eu", None),
        (EGI, "urn:mace:egi.eu:group:vo.imagine-ai.eu:role=member#elsewhere.example", None),
        (EGI, "urn:mace:egi.eu:group::role=member#aai.egi.eu", None),
        ("access:{project}:{level}", "access:imagine:ap-u", {"project": "imagine", "level": "ap-u"}),
        ("access:{project}:{level}", "access:imagine", None),
        ("{project}", "ML team", {"project": "ML team"}),
        ("/{project}/{level}", "/imagine/manager", {"project": "imagine", "level": "manager"}),
        ("{project}-{level}", "imagine-manager", {"project": "imagine", "level": "manager"}),
        ("{project}-{level}", "ai-life-manager", {"project": "ai", "level": "life-manager"}),
        ("(.*){project}", "(.*)x", {"project": "x"}),
        ("(.*){project}", "anything", None),
        ("{project}", "x" * (LONGEST + 1), None),
        ("{project}", "imagine\n", {"project": "imagine\n"}),
    ],
)
def test_the_shapes_of_the_wild(pattern, text, found):
    assert Pattern.read(pattern).match(text) == found


@pytest.mark.parametrize("text", ["{", "}", "{}", "{Project}", "{a}{b}", "{a}:{a}", "{a b}", "{{a}}"])
def test_what_could_mean_two_things_is_refused(text):
    with pytest.raises(ValueError, match=r"place|twice"):
        Pattern.read(text)
