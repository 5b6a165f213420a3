"""Pieces of logs never cut a character in two."""

import pytest

from fairhaven.builds.logs import _whole_characters


@pytest.mark.parametrize("text", ["abc", "aé", "a€", "a𝄞"])
def test_a_cut_character_waits_for_the_next_piece(text):
    data = text.encode()
    for cut in range(len(data) + 1):
        first = _whole_characters(data[:cut])
        assert (first + data[len(first) :]).decode() == text
        first.decode()
