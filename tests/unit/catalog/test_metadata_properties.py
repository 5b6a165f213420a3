"""Whatever the content: a report, never an exception, and every position inside the text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fairhaven.catalog.metadata import MAX_BYTES, Report, facets, newest_version, parse

YAML_PIECES = st.lists(
    st.sampled_from(
        [
            *"{}[]:-?&*!|>'\"%@`#,~<=.\n\t \\x1aé",
            *("\n  ", "- ", ": ", "---\n", "&a ", "*a", "<<: ", "!!str ", "\r\n", "\U0001f40c", "\\ud800"),
            *("title", "links", "tags", "resources", "dates", "2024-02-31", "no", "null", "1e5"),
        ]
    ),
    max_size=60,
).map("".join)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["2024-01-01", "10.5281/x", "https://a.eu/b", "16GB", "PyTorch", "", "2.3.0", "a/b"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
KEYS = st.sampled_from(
    [
        *(
            "metadata_version",
            "title",
            "summary",
            "description",
            "doi",
            "links",
            "dates",
            "libraries",
            "tasks",
        ),
        *("categories", "tags", "data-type", "resources", "license", "id", "version", "provenance", "tosca"),
    ]
)
LINES = re.compile(r"\r\n|\n|\r")


def check(report: Report, text: str) -> None:
    lines = LINES.split(text)
    assert report.valid == (report.metadata is not None)
    for problem in report.problems:
        assert 1 <= problem.line <= len(lines), problem
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem
        assert problem.message.strip()
        assert "\n" not in str(problem)
    report.model_dump_json()


@given(st.binary(max_size=300))
def test_any_bytes_give_a_report(data: bytes) -> None:
    check(parse(data), data.decode(errors="replace"))


@given(st.text(st.characters(), max_size=300) | YAML_PIECES)
def test_any_text_gives_a_report_with_positions_inside_it(text: str) -> None:
    check(parse(text), text)


@given(piece=YAML_PIECES, part=st.floats(0, 1))
def test_a_sound_file_with_something_thrown_in_gives_a_report(good: str, piece: str, part: float) -> None:
    place = int(part * len(good))
    text = good[:place] + piece + good[place:]
    check(parse(text), text)


@given(fields=st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_value_in_any_field_gives_a_report(good: str, fields: dict[str, object]) -> None:
    text = "\n".join(f"{key}: {flow(value)}" for key, value in fields.items())
    check(parse(text), text)
    blocks = re.findall(r"^\S.*\n(?: .*\n)*", good, re.MULTILINE)
    mixed = "".join(block for block in blocks if block.split(":")[0] not in fields) + text
    check(parse(mixed), mixed)


@given(word=st.sampled_from(facets().libraries), data=st.data())
def test_a_word_in_any_case_is_recognised(good: str, word: str, data: st.DataObject) -> None:
    good = good.replace("2.3.0", newest_version())
    swapped = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)
    report = parse(good.replace("Scikit-learn", swapped))
    assert report.valid or f"Did you mean '{word}'?" in report.errors[0].suggestion


def test_a_file_at_the_limit_is_still_read(good: str) -> None:
    text = good + "#" * (MAX_BYTES - len(good.encode()))
    assert parse(text).valid


def flow(value: object) -> str:
    """The value in YAML's flow style, quoted the JSON way where it is text."""
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case str():
            escaped = "".join(
                character if character.isalnum() else f"\\U{ord(character):08x}" for character in value
            )
            return f'"{escaped}"'
        case None:
            return "null"
        case _:
            return str(value).lower()
