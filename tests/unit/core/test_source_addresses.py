"""Items of catalogs elsewhere as sources: `kind+https://base#item`."""

import pytest

from fairhaven.core.sources import BadAddress, Protocol, read


def test_an_item_of_a_catalog_elsewhere_is_a_source() -> None:
    address = read("example+https://zoo.example/index.json#some/kind-shark")
    assert address.protocol is Protocol.ORIGIN
    assert (address.kind, address.base) == ("example", "https://zoo.example/index.json")
    assert address.name == "kind-shark"
    assert not address.uses_this_machine


@pytest.mark.parametrize(
    "text",
    [
        "example+https://zoo.example/#../../etc/passwd",
        "example+https://zoo.example/#-option",
        "example+https://zoo.example/#a#b",
        "example+https://me:secret@zoo.example/#a",
        "example+https://zoo.example:port/#a",
        "example+file:///etc#a",
        "example+https://zoo.example/#a b",
        "ext::sh+https://zoo.example/#a",
    ],
)
def test_what_could_mean_something_else_is_no_address(text: str) -> None:
    with pytest.raises(BadAddress):
        read(text)
