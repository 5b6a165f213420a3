"""The list of formats, what the documentation says of it, and what negotiation makes of headers."""

from pathlib import Path

import pytest
from tests.unit.catalog.exports import making

from fairhaven.catalog.exports import bibtex, croissant, formats, negotiation, signposting
from fairhaven.catalog.exports.item import NotExportable

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "formats.md").read_text()


def test_the_reference_tells_every_format_and_profile() -> None:
    for name, _, each in formats.offered():
        assert f"| `{name}` | `{each.media_type}` |" in PAGE
    for each in formats.PROFILES.values():
        assert f"| `{each.name}` | `{each.iri}` |" in PAGE


@pytest.mark.parametrize("name", negotiation.names())
def test_every_format_is_found_by_its_name_and_by_its_media_type(name: str) -> None:
    found = negotiation.choose("", format=name, profile=None)
    assert found.name == name
    exact = f'{found.media_type};profile="{found.profile}"' if found.profile else found.media_type
    assert negotiation.choose(exact, format=None, profile=None).name == name


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "*/*;q=0.001", "a/b;q=x, */*", "application/*;q=0.9, text/*;q=0.2", "x" * 9000, ";;,,"],
)
def test_whoever_takes_anything_gets_json(accept: str) -> None:
    assert negotiation.choose(accept, format=None, profile=None).name == "json"


def test_what_is_refused_by_zero_is_not_sent() -> None:
    with pytest.raises(negotiation.NotOffered):
        negotiation.choose("*/*;q=0", format=None, profile=None)
    refused = "text/turtle;q=0, text/*"
    assert negotiation.choose(refused, format=None, profile=None, page=True).name == "html"


def test_bibtex_escapes_what_tex_would_read() -> None:
    entry = bibtex.document(making.everything())
    assert "Plankton \\& <krill>" in entry
    assert "author    = {Lovelace, Ada and Hopper, Grace}" in entry


def test_a_data_set_that_lacks_something_says_what() -> None:
    with pytest.raises(NotExportable, match="a description, an address, a licence, its creators"):
        croissant.document(making.everything(), 2)
    with pytest.raises(NotExportable, match="there is no number 3"):
        croissant.document(making.everything(), 3)


def test_links_are_plain_ascii_and_end_where_they_should() -> None:
    item = making.everything()
    header = signposting.header(item, formats.described(item))
    assert header.isascii()
    assert header.count("<") == header.count(">") == header.count('rel="')
    assert 'rel="cite-as"' in header
    assert "https://doi.org/10.5281/zenodo.1234567" in header
