"""`fix` and `migrate` change only what they say: comments, order and layout stay."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.metadata import known_versions, parse
from fairhaven.catalog.metadata.mending import CannotMigrate, fix, migrate
from fairhaven.catalog.metadata.normalise import pour
from fairhaven.catalog.metadata.writer import dump

QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)

VERSION = "metadata_version:"

BAD = """\
# Kept: who wrote this
metadata_version: "2.0"   # the version
title: Digits
summary: Reads a handwritten digit.
description: |-
  Reads a **digit**. # not a comment

# Kept: about the links
links:
  source_code: git@github.com:ai4os-hub/digits.git  # where
  docker_image: AI4OSHub/Digits
  training_data: null
  dataset_url: https://example.edu/data
  citation: http://add-some-DOI-url.com
licence: Apache 2.0
dates: {created: 31.12.2023, updated: 2024-08-1}
libraries: [sklearn, torch]   # two
tasks:
  - Clasification
  - Clasification
categories: AI4 inference
tags:
- digits
- 2024
- digits # again
"""
GOOD = """\
# Kept: who wrote this
metadata_version: 2.0.0   # the version
title: Digits
summary: Reads a handwritten digit.
description: |-
  Reads a **digit**. # not a comment

# Kept: about the links
links:
  source_code: https://github.com/ai4os-hub/digits  # where
  docker_image: ai4oshub/digits
  dataset: https://example.edu/data
license: Apache-2.0
dates: {created: '2023-12-31', updated: '2024-08-01'}
libraries: [Scikit-learn, PyTorch]   # two
tasks:
  - Classification
categories: [AI4 inference]
tags:
- digits
- '2024'
"""


def test_what_needs_no_judgement_is_put_right_and_nothing_else_changes() -> None:
    mended = fix(BAD)
    assert mended.text == GOOD
    assert mended.report.valid
    assert mended.report.problems == ()
    assert "line 10: `links.source_code`: 'git@github.com:ai4os-hub/digits.git' became " in "".join(
        mended.changes
    )


def test_a_sound_file_is_left_as_it_is(good: str) -> None:
    assert fix(good).text == good
    assert fix(good).changes == ()


def test_mending_twice_changes_nothing_more() -> None:
    assert fix(fix(BAD).text).changes == ()


def test_what_only_the_author_knows_is_left_to_the_author(good: str) -> None:
    mended = fix(
        good.replace("title: Digits", "title: ''").replace("https://example.edu/digits", "somewhere")
    )
    assert {problem.path for problem in mended.report.errors} == {"title", "links.source_code"}
    assert mended.changes == ()


def test_windows_line_ends_stay(good: str) -> None:
    text = good.replace("metadata_version: 2.3.0\n", "").replace("\n", "\r\n")
    mended = fix(text)
    assert mended.text == f"metadata_version: 3.0.0\r\n{text}"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("resources: {inference: {memory: 16GB}}", "resources: {inference: {memory_MB: 16000}}"),
        ("resources:\n  training:\n    ram: 512 # MB", "resources:\n  training:\n    memory_MB: 512 # MB"),
        ("resources: {inference: {cpu: '4'}}", "resources: {inference: {cpu: 4}}"),
        ("keywords: [a]", None),
        ("doi: https://zenodo.org/records/123", "doi: '10.5281/zenodo.123'"),
        ("id: no", "id: 'no'"),
        ("version: 1.0", "version: '1.0'"),
        ("license: &l mit license", None),
    ],
)
def test_one_line_is_mended_in_its_place(good: str, line: str, after: str | None) -> None:
    mended = fix(f"{good}{line}\n")
    if after is None:  # taken, or written in a way that an edit might break
        assert mended.text == f"{good}{line}\n"
    else:
        assert mended.text == f"{good}{after}\n"
        assert mended.report.valid


def test_version_one_becomes_version_three_with_its_comments() -> None:
    old = """\
# a header
title: Digits  # the title
summary: Reads a digit.
description: [Reads, a digit.]
date_creation: '2020-01-31'
# what it is about
keywords: [tensorflow, trainable, digits]
license: Apache 2.0
sources:
  dockerfile_repo: https://example.edu/docker  # the image's
  docker_registry_repo: deephdc/digits
  code: https://example.edu/digits
cite_url: https://example.edu/paper
"""
    assert parse(old).valid
    mended = migrate(old)
    assert mended.report.valid
    for comment in ("# a header", "# the title", "# what it is about", "# the image's"):
        assert comment in mended.text
    metadata = mended.report.metadata
    assert metadata is not None
    assert (metadata.license, metadata.libraries, metadata.tags[2]) == (
        "Apache-2.0",
        ("TensorFlow",),
        "digits",
    )
    assert metadata.links.citation == "https://example.edu/paper"
    assert metadata.extra["extra"] == {
        "license": "Apache 2.0",
        "sources": {"dockerfile_repo": "https://example.edu/docker"},
    }


def test_a_file_with_errors_is_not_migrated(good: str) -> None:
    with pytest.raises(CannotMigrate, match="fix"):
        migrate(good.replace("title: Digits\n", ""))


def test_a_key_that_means_something_else_now_is_set_aside(good: str) -> None:
    mended = migrate(good + "authors: Ada Lovelace\nfiles: [a.bin]\nuse: {intended: [reading]}\n")
    assert mended.report.valid
    assert mended.report.metadata is not None
    assert mended.report.metadata.extra["extra"] == {"authors": "Ada Lovelace", "files": ["a.bin"]}
    assert mended.report.metadata.use is not None


@QUICK
@given(st.sampled_from(known_versions()[1:-1]).flatmap(documents))
def test_any_file_of_version_two_becomes_version_three_without_loss(data: dict[str, Any]) -> None:
    text = "# a comment\n" + dump(data)
    before, mended = parse(text).metadata, migrate(text)
    assert mended.report.metadata is not None, [str(problem) for problem in mended.report.errors]
    assert before is not None
    wanted = pour(before) | {"metadata_version": "3.0.0"}
    assert pour(mended.report.metadata) == wanted
    assert mended.text.startswith("# a comment\n")
    old, new = ([line for line in each.split("\n") if VERSION not in line] for each in (text, mended.text))
    assert old == new


def test_every_published_module_becomes_version_three_by_one_line(real_files: list[Path]) -> None:
    for file in real_files:
        text = fix(file.read_bytes()).text
        if not parse(text).valid:
            continue
        lines = zip(text.splitlines(), migrate(text).text.splitlines(), strict=True)
        assert [pair for pair in lines if pair[0] != pair[1]] == [
            ("metadata_version: 2.0.0", "metadata_version: 3.0.0")
        ], file.name
