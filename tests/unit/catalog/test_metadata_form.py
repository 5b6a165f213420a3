"""The form says what the metadata says, and what a browser sends back is the same metadata."""

from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.metadata import parse
from fairhaven.catalog.metadata.form import Box, Part, as_newest, draw, read, untouched
from fairhaven.catalog.metadata.writer import dump

QUICK = settings(
    max_examples=20,
    suppress_health_check=list(HealthCheck),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a whole form takes minutes
)


def boxes(fields: Iterable[Box | Part]) -> Iterator[Box]:
    for each in fields:
        if isinstance(each, Part):
            yield from boxes(each.inner)
        else:
            yield each


def sent(fields: Iterable[Box | Part]) -> list[tuple[str, str]]:
    """What a browser sends of an untouched form."""
    return [(path, value.replace("\n", "\r\n")) for path, value in untouched(fields)]


def told(data: Any) -> Any:
    """The data without what a form cannot tell from silence: empty groups and lists, blanks around lines."""
    match data:
        case dict():
            inner = {key: told(value) for key, value in data.items()}
            return {key: value for key, value in inner.items() if value not in ({}, [], False)}
        case list():
            return [value for value in (told(each) for each in data) if value not in ({}, "")]
        case str():
            return " ".join(data.split())
        case _:
            return data


def without_lines(data: dict[str, Any]) -> dict[str, Any]:
    """No line breaks: a form has one line for most texts."""

    def flat(value: Any) -> Any:
        match value:
            case dict():
                return {key: flat(each) for key, each in value.items()}
            case list():
                return [flat(each) for each in value]
            case str():
                return " ".join(value.split()) or "x"
            case _:
                return value

    return {key: flat(value) if not key.startswith("x-") else value for key, value in data.items()}


@QUICK
@given(documents("3.0.0"))
def test_an_untouched_form_gives_the_same_metadata(data: dict[str, Any]) -> None:
    metadata = parse(dump(without_lines(data))).metadata
    assert metadata is not None
    before = as_newest(metadata)
    after = read(sent(draw(before)), before)
    assert parse(dump(after)).metadata is not None, [str(each) for each in parse(dump(after)).errors]
    known = {key: value for key, value in before.items() if not key.startswith("x-") and key != "extra"}
    assert told({key: after.get(key) for key in known if key in after}) == told(known)
    assert {key: after[key] for key in before if key.startswith("x-")} == {
        key: before[key] for key in before if key.startswith("x-")
    }


def test_a_changed_field_is_in_the_file(good: str) -> None:
    metadata = parse(good).metadata
    assert metadata is not None
    before = as_newest(metadata)
    pairs = [
        *sent(draw(before)),
        ("authors[0].name", "Ada"),
        ("authors[3].name", " "),
        ("resources.inference.cpu", "2"),
    ]
    after = read(pairs, before)
    assert after["authors"] == [{"name": "Ada"}]
    report = parse(dump(after))
    assert report.metadata is not None
    assert report.metadata.metadata_version == "3.0.0"


def test_what_is_wrong_carries_the_name_of_its_field(good: str) -> None:
    metadata = parse(good).metadata
    assert metadata is not None
    before = as_newest(metadata)
    after = read([*sent(draw(before)), ("authors[0].orcid", "1"), ("files[0].size_bytes", "many")], before)
    names = {box.path for box in boxes(draw(after))}
    errors = {problem.path for problem in parse(dump(after)).errors}
    assert errors == {"authors[0].name", "authors[0].orcid", "files[0].path", "files[0].size_bytes"}
    assert errors <= names


def test_a_list_gets_one_more_item_when_asked(good: str) -> None:
    metadata = parse(good).metadata
    assert metadata is not None
    more = {box.path for box in boxes(draw(as_newest(metadata), "authors"))}
    assert "authors[0].name" in more
    assert "authors[0].name" not in {box.path for box in boxes(draw(as_newest(metadata)))}
