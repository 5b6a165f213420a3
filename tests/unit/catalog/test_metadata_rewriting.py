"""What was changed in a form changes in the file, and nothing else does."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.metadata import parse
from fairhaven.catalog.metadata.form import as_newest, draw, read, untouched
from fairhaven.catalog.metadata.rewriting import rewritten
from fairhaven.catalog.metadata.writer import dump

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
QUICK = settings(
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
FILE = """\
# Ask Ada before you change the title.
metadata_version: 3.0.0
title: "Coins"          # short
summary: Counts coins.

description: |
  Send a picture.

  It counts.
links: {source_code: 'https://git.example.edu/coins'}
libraries: [Scikit-learn]   # one is enough
tasks:
  - Classification
categories: [AI4 inference]
tags:
  - coins
  # the next one is for the museum
  - numismatics
authors:
  - name: Ada Lovelace   # first
    orcid: 0000-0002-1825-0097
  - name: Grace Hopper
dates:
  created: "2024-01-31"
  updated: "2024-06-30"
x-ours: kept
"""


def changed(text: str, **changes: Any) -> str:
    """The file with some top-level fields changed; None takes one away."""
    before = form_of(text)
    after = {key: value for key, value in {**before, **changes}.items() if value is not None}
    return rewritten(text, before, after)


def form_of(text: str) -> dict[str, Any]:
    metadata = parse(text).metadata
    assert metadata is not None, parse(text).problems
    return _untouched(as_newest(metadata))


def _untouched(data: dict[str, Any]) -> dict[str, Any]:
    return read(untouched(draw(data)), data)


def difference(after: str) -> list[str]:
    """The lines that are there no more, with `-`, and the new ones, with `+`."""
    old, new = FILE.splitlines(), after.splitlines()
    return [f"-{line}" for line in old if line not in new] + [f"+{line}" for line in new if line not in old]


@pytest.mark.parametrize("name", ["coins", "digits", "penguins"])
def test_an_untouched_form_leaves_the_file_as_it_is(name: str) -> None:
    text = (EXAMPLES / name / "ai4-metadata.yml").read_text()
    assert changed(text) == text
    assert changed(FILE) == FILE


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"title": "Coins, counted"},
         ['-title: "Coins"          # short', "+title: 'Coins, counted'          # short"]),
        ({"summary": "Two\nlines"}, ["-summary: Counts coins.", "+summary: |-", "+  Two", "+  lines"]),
        ({"libraries": ["PyTorch"]}, ["-libraries: [Scikit-learn]   # one is enough",
                                      "+libraries: [PyTorch]   # one is enough"]),
        ({"tasks": ["Other"]}, ["-  - Classification", "+  - Other"]),
        ({"license": "MIT"}, ["+license: MIT"]),
        ({"license": "MIT", "version": "1.0.0"}, ["+version: 1.0.0", "+license: MIT"]),
        ({"dates": {"created": "2025-02-01", "updated": "2024-06-30"}},
         ['-  created: "2024-01-31"', "+  created: '2025-02-01'"]),
        ({"dates": None}, ["-dates:", '-  created: "2024-01-31"', '-  updated: "2024-06-30"']),
        ({"links": {"source_code": "https://git.example.edu/coins", "issues": "https://git.example.edu/issues"}},
         ["-links: {source_code: 'https://git.example.edu/coins'}",
          "+links: {issues: https://git.example.edu/issues, source_code: 'https://git.example.edu/coins'}"]),
        ({"publisher": {"name": "A museum"}}, ["+publisher:", "+  name: A museum"]),
    ],
)  # fmt: skip
def test_what_was_changed_changes_alone(changes: dict[str, Any], lines: list[str]) -> None:
    after = changed(FILE, **changes)
    assert sorted(difference(after)) == sorted(lines)
    assert form_of(after) == {
        key: value for key, value in {**form_of(FILE), **changes}.items() if value is not None
    }


def test_a_field_of_one_of_many_changes_alone() -> None:
    authors = deepcopy(form_of(FILE)["authors"])
    authors[1]["name"], authors[1]["email"] = "Admiral Hopper", "grace@example.org"
    assert difference(changed(FILE, authors=authors)) == [
        "-  - name: Grace Hopper", "+  - name: Admiral Hopper", "+    email: grace@example.org"
    ]  # fmt: skip


def test_a_list_that_grew_is_written_anew_and_the_rest_stays() -> None:
    authors = [*form_of(FILE)["authors"], {"name": "Mary Somerville"}]
    after = changed(FILE, authors=authors)
    assert "# short" in after and "for the museum" in after and "x-ours: kept" in after
    assert form_of(after)["authors"] == authors


def test_an_older_file_stays_one_while_its_version_can_say_all_of_it() -> None:
    text = FILE.replace("3.0.0", "2.3.0").replace("authors:", "x-authors:")
    after = changed(text, title="Counting coins")
    assert after == text.replace('"Coins"', "Counting coins")


@pytest.mark.parametrize(
    "change",
    [{"funding": [{"name": "A grant"}]}, {"use": {"intended": "Museums"}}, {"authors": [{"name": "Ada"}]}],
)
def test_an_older_file_becomes_one_of_the_newest_version_for_what_is_new(change: dict[str, Any]) -> None:
    text = FILE.replace("3.0.0", "2.3.0").replace("authors:", "x-authors:")
    after = changed(text, **change)
    assert after.startswith(text.split("metadata_version")[0] + "metadata_version: 3.0.0\n")
    assert "# Ask Ada" in after and "for the museum" in after
    assert after.splitlines()[2 : len(text.splitlines())] == text.splitlines()[2:]


def test_what_is_taken_away_and_is_not_in_the_file_changes_nothing() -> None:
    before = form_of(FILE)
    assert rewritten(FILE, before | {"model": {"architecture": {"name": "CNN"}}}, before) == FILE
    within = {**before["links"], "issues": "https://git.example.edu/issues"}
    assert rewritten(FILE, before | {"links": within}, before) == FILE


def test_a_file_with_errors_is_changed_where_it_is_asked_for() -> None:
    text = FILE.replace("license", "licence").replace("tags:", "tagz:")
    before = form_of(FILE) | {"tags": []}
    after = rewritten(text, before, before | {"title": "New"})
    assert after == text.replace('"Coins"', "New")


@pytest.mark.parametrize(
    "text",
    [
        FILE.replace('title: "Coins"', "title: &name Coins").replace("Counts coins.", "*name"),
        FILE.replace('title: "Coins"', "title:\n  >-\n   Coins\n").replace("  # short", ""),
        "{metadata_version: 3.0.0, title: Coins}",
        "%YAML 1.2\n---\n" + FILE,
        FILE.replace("\n", "\r\n"),
        "title: [",
        "",
        "- a",
    ],
)
def test_whatever_the_file_looks_like_the_change_is_in_it(text: str) -> None:
    before = form_of(FILE)
    after = rewritten(text, before, before | {"title": "New"})
    assert parse(after).metadata is not None or "title: New" in after or "title: 'New'" in after


@QUICK
@given(documents("3.0.0"), documents("3.0.0"))
def test_any_content_becomes_any_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    text = "# a note\n" + dump(one)
    before, wanted = form_of(text), form_of(dump(other))
    assert form_of(rewritten(text, before, wanted)) == form_of(dump(wanted))
