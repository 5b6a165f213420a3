"""The chain: whatever somebody does to it shows, and where."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fairhaven.audit import chain
from fairhaven.audit.chain import BEGINNING, Checker, Finding, Line, Wrong
from fairhaven.core.marks import canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
facts = st.lists(st.dictionaries(st.text(max_size=6), values, max_size=4), min_size=1, max_size=30)


def linked(said: Sequence[dict[str, object]]) -> list[Line]:
    """A chain of these facts; each also says which one it is, as real ones do."""
    lines, previous = [], BEGINNING
    for number, fact in enumerate(said, 1):
        text = canonical({"id": number, "fact": fact})
        previous = chain.link(previous, text)
        lines.append(Line(number, previous, text))
    return lines


def found(lines: Sequence[Line], whole: Sequence[Line]) -> list[Finding]:
    checker = Checker()
    flaws = list(checker.check(lines))
    return flaws + list(chain.ends(checker, len(whole), whole[-1].hash if whole else BEGINNING))


def renumbered(lines: Sequence[Line]) -> list[Line]:
    return [replace(line, number=number) for number, line in enumerate(lines, 1)]


def change(lines: list[Line], at: int) -> list[Line]:
    lines[at] = replace(lines[at], text=(lines[at].text or b"") + b" ")
    return lines


def change_and_hash(lines: list[Line], at: int) -> list[Line]:
    text = (lines[at].text or b"") + b" "
    lines[at] = replace(lines[at], text=text, hash=chain.link(lines[at - 1].hash if at else BEGINNING, text))
    return lines


def lose(lines: list[Line], at: int) -> list[Line]:
    lines[at] = replace(lines[at], text=None)
    return lines


def remove(lines: list[Line], at: int) -> list[Line]:
    del lines[at]
    return lines


def remove_and_renumber(lines: list[Line], at: int) -> list[Line]:
    return renumbered(remove(lines, at))


def insert(lines: list[Line], at: int) -> list[Line]:
    text = canonical({"forged": True})
    lines.insert(at, Line(0, chain.link(lines[at - 1].hash if at else BEGINNING, text), text))
    return renumbered(lines)


def cut_off(lines: list[Line], at: int) -> list[Line]:
    return lines[:at]


def swap(lines: list[Line], at: int) -> list[Line]:
    other = (at + 1) % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return renumbered(lines)


TAMPERINGS: list[Callable[[list[Line], int], list[Line]]] = [
    change, change_and_hash, lose, remove, remove_and_renumber, insert, cut_off, swap,
]  # fmt: skip


@given(facts)
def test_a_chain_that_nobody_touched_has_no_flaw(said: list[dict[str, object]]) -> None:
    lines = linked(said)
    assert found(lines, lines) == []


@given(facts, st.sampled_from(TAMPERINGS), st.data())
@settings(max_examples=500)
def test_whatever_is_done_to_it_shows_and_where(
    said: list[dict[str, object]], tamper: Callable[[list[Line], int], list[Line]], data: st.DataObject
) -> None:
    lines = linked(said)
    at = data.draw(st.integers(0, len(lines) - 1), label="at")
    touched = tamper(list(lines), at)
    if touched == lines:  # a chain of one line swapped with itself
        return
    flaws = found(touched, lines)
    assert flaws, tamper.__name__
    near = {0, at, at + 1, at + 2} | ({1, len(lines)} if tamper is swap else set())
    assert flaws[0].number in near, (tamper.__name__, at, flaws)


@given(facts, st.data())
def test_a_part_can_be_followed_by_itself(said: list[dict[str, object]], data: st.DataObject) -> None:
    lines = linked(said)
    at = data.draw(st.integers(0, len(lines)), label="at")
    checker = Checker(at, lines[at - 1].hash if at else BEGINNING)
    assert list(checker.check(lines[at:])) == []
    assert (checker.number, checker.hash) == (len(lines), lines[-1].hash)


def test_findings_say_what_happened() -> None:
    lines = linked([{"n": n} for n in range(10)])
    for tamper, wrong, says in (
        (change, Wrong.CHANGED, "Line 5 was changed"),
        (lose, Wrong.LOST, "What line 5 tells is gone."),
        (remove, Wrong.REMOVED, "Line 5 was removed."),
        (insert, Wrong.INSERTED, "line 5 was put between them"),
        (cut_off, Wrong.CUT_OFF, "lines 5 to 10 were cut off"),
    ):
        first = found(tamper(list(lines), 4), lines)[0]
        assert first.wrong is wrong and says in first.says, (tamper.__name__, first)


def test_the_hash_can_be_made_by_hand() -> None:
    text = canonical({"b": 1, "a": "ü"})
    assert text == '{"a":"ü","b":1}'.encode()
    # printf '%s\n%s' 0000…0000 '{"a":"ü","b":1}' | sha256sum
    made = chain.link(BEGINNING, text)
    assert made == "71e042d05376acaaf15c30396df7e7c6c8ffa35cf60a4deb9b1a82a3da9fc207"
