"""Licences are told by the texts that packages of this environment ship; what is no whole text is none."""

from importlib.metadata import distribution
from pathlib import Path

import pytest

from fairhaven.catalog.licences import identify

SHIPPED = {
    "pydantic": "MIT",
    "sqlalchemy": "MIT",
    "httpx": "BSD-3-Clause",
    "ruamel.yaml": "MIT",
    "requests": "Apache-2.0",
    "psycopg": "LGPL-3.0-only",
    "packaging": None,  # a choice of two
}


def text_of(package: str) -> str:
    found = distribution(package)
    (path, *_) = [each for each in found.files or () if each.name in ("LICENSE", "LICENSE.txt", "LICENSE.md")]
    return Path(path.locate()).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", SHIPPED)
def test_the_licence_of_a_package_is_told_by_its_text(package: str) -> None:
    assert identify(text_of(package)) == SHIPPED[package]


def test_marks_lines_and_quotes_make_no_difference() -> None:
    text = text_of("pydantic")
    assert identify("# **" + text.replace('"Software"', "“Software”").replace("\n", "\r\n> ") + "**") == "MIT"


def test_two_licences_or_words_of_ones_own_are_none() -> None:
    mit, apache = text_of("pydantic"), text_of("requests")
    assert identify(mit + apache) is None
    assert identify(apache + "\nThis licence does not extend to schools, and ends on Fridays. " * 60) is None
    assert identify(mit + "It must not be used commercially, nor by anybody who has a grudge. " * 12) is None


@pytest.mark.parametrize("text", ["", "MIT", "All rights reserved.", "license " * 100_000, "\x00\ufffd" * 9])
def test_what_is_no_licence_is_none(text: str) -> None:
    assert identify(text) is None
