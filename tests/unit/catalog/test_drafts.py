"""A draft of the editor's: what is wrong stands at its field, and mending it changes that line alone."""

from pathlib import Path

from fairhaven.catalog.metadata import form, lenient, parse
from fairhaven.catalog.pages import drafts
from fairhaven.catalog.pages.drafts import Draft

NAME = "ai4-metadata.yml"
TEXT = (Path(__file__).parents[3] / "examples" / "modules" / "coins" / NAME).read_text()
WRONG = TEXT.replace("license: Apache-2.0", "license: Apache 2  # or was it MIT?")


def begun(text: str) -> Draft:
    report = parse(text)
    return drafts.begun(report.metadata or lenient.guess(text.encode(), name="coins"), text, NAME)


def changed(text: str, **values: str) -> Draft:
    content = parse(text).metadata or lenient.guess(text.encode(), name="coins")
    sent = [(path, values.get(path, value)) for path, value in form.untouched(begun(text).fields)]
    return drafts.continued(content, text, NAME, sent, "")


def value(draft: Draft, path: str) -> object:
    found = [*draft.basics, *draft.more.inner]
    return next(each.value for each in found if isinstance(each, form.Box) and each.path == path)


def test_a_file_that_is_right_is_begun_as_it_is() -> None:
    draft = begun(TEXT)
    assert (draft.text, draft.patch, draft.changes, draft.errors) == (TEXT, "", 0, {})


def test_what_is_wrong_is_shown_at_its_field_and_mended_alone() -> None:
    assert WRONG != TEXT
    draft = begun(WRONG)
    assert (draft.text, draft.changes, list(draft.errors)) == (WRONG, 0, ["license"])
    assert (value(draft, "license"), draft.place("license")) == ("Apache 2", "field-license")
    mended = changed(WRONG, license="MIT")
    assert mended.errors == {}
    assert mended.text == WRONG.replace("Apache 2 ", "MIT ")
    assert [line for line in mended.differences if line[0] in "+-"] == [
        "-license: Apache 2  # or was it MIT?",
        "+license: MIT  # or was it MIT?",
    ]


def test_a_file_that_is_no_yaml_is_written_anew() -> None:
    draft = begun("title: [\n" + TEXT)
    assert draft.report.metadata is not None or draft.errors
    assert draft.text.startswith("metadata_version: 3.0.0")


def test_files_of_published_modules_change_in_their_title_alone(real_files: list[Path]) -> None:
    for file in real_files:
        text = file.read_text()
        draft = changed(text, title="Another title")
        assert begun(text).text == text, file.name
        assert draft.changes == 2, file.name
        assert len(draft.report.errors) == len(parse(text).errors), file.name


def test_parts_are_unfolded_where_something_is_wrong() -> None:
    draft = begun(TEXT.replace("- name: ", "- nam: ", 1))
    (authors,) = [part for part in draft.parts if part.path == "authors"]
    assert draft.wrong(authors) and draft.opens(authors)
    assert not any(draft.opens(part) for part in draft.parts if part.path != "authors")
