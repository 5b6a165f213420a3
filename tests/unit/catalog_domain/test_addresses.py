"""Addresses of sources: one key for all spellings of one repository."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairhaven.core import sources
from fairhaven.core.sources import BadAddress


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Git.Example.org/a/b.git", "https://git.example.org/a/b/"),
        ("git@git.example.org:a/b.git", "git@git.example.org:/a/b"),
        ("file:///srv/models/a", "/srv//models/./a/"),
    ],
)
def test_spellings_of_one_repository_have_one_key(one: str, other: str) -> None:
    assert sources.read(one).key == sources.read(other).key


def test_upper_case_in_a_path_is_another_repository() -> None:
    assert sources.read("https://h/A/b").key != sources.read("https://h/a/b").key


@pytest.mark.parametrize(("address", "mine"), [("https://h/a", False), ("git@h:a", True), ("/a", True)])
def test_ssh_and_folders_use_the_machine_of_the_platform(address: str, mine: bool) -> None:
    assert sources.read(address).uses_this_machine is mine


@given(st.text(max_size=80))
def test_any_text_is_an_address_that_is_safe_for_git_or_is_refused(text: str) -> None:
    try:
        address = sources.read(text)
    except BadAddress:
        return
    assert not address.text.startswith("-")
    assert "\0" not in address.text
    assert "\n" not in address.text
