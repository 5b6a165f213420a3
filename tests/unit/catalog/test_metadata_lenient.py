"""What is shown of files with errors: all that can be read, and never more than that."""

import pytest
from tests.unit.catalog.test_metadata_bad_files import CASES, SOUND

from fairhaven.catalog.metadata import ModuleMetadata, parse
from fairhaven.catalog.metadata.lenient import guess


def test_a_sound_file_is_read_as_it_is() -> None:
    assert guess(SOUND, name="repository") == parse(SOUND).metadata


def test_what_is_wrong_is_left_out_and_what_is_missing_is_empty() -> None:
    text = SOUND.replace("license: Apache-2.0", "license: [MIT, BSD]").replace("  - digits", "  - 7")
    text = text.replace("tasks:\n  - Classification\n", "").replace("created: '2024-01-31'", "created: soon")
    found = guess(text, name="repository")
    assert (found.title, found.license, found.tasks, found.tags, found.dates) == (
        "Digits",
        None,
        (),
        ("7",),
        None,
    )
    assert found.libraries == ("Scikit-learn",)


def test_what_cannot_be_read_has_the_name_of_its_repository() -> None:
    for text in (b"", b"\xff\xfe", b"- a list\n", b"{" * 1000, b"title"):
        found = guess(text, name="repository", source="https://example.edu/x")
        assert (found.title, found.links.source_code) == ("repository", "https://example.edu/x")


def test_what_no_database_takes_is_left_out() -> None:
    for title in ('"a\\0b"', '"a\\x07b"', '"\\ud800"'):
        found = guess(f"sources: 7\nkeywords: 7\ntitle: {title}\nsummary: Fine.\n", name="repository")
        assert (found.title, found.summary) in (("repository", "Fine."), ("repository", ""))


def test_the_part_above_a_fault_of_the_yaml_is_read() -> None:
    found = guess("title: Digits\nsummary: Reads a digit.\ntags: [open\nlicense: MIT\n", name="repository")
    assert (found.title, found.summary) == ("Digits", "Reads a digit.")


@pytest.mark.parametrize("case", CASES)
def test_every_bad_file_shows_all_but_its_fault(case: str) -> None:
    old, new, line, *_ = CASES[case]
    found = guess(SOUND.replace(old, new, 1), name="repository")
    assert isinstance(found, ModuleMetadata)
    assert found.title
    # A fault that is not in the YAML itself hides nothing that stands elsewhere.
    whole = line < 5 or found.summary
    assert whole, found
