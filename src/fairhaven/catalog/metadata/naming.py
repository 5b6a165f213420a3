"""Writing a DOI into a metadata file, as text: comments and layout stay."""

from fairhaven.catalog.metadata.document import Scalar
from fairhaven.catalog.metadata.editing import apply
from fairhaven.catalog.metadata.reader import check
from fairhaven.catalog.metadata.repairs import Add, Mend, Put


class CannotName(ValueError):
    """The file cannot be read, or says its DOI in a way that is not worth the risk of changing."""


def with_doi(text: str, doi: str, *, keep: bool = False, filename: str = "ai4-metadata.yml") -> str:
    """The file with this DOI; as it is, when it names it already, or (`keep`) another.

    Raises:
        CannotName
    """
    checked = check(text, filename)
    if checked.root is None:
        raise CannotName(f"{filename} cannot be read: correct it first.")
    there = checked.root.entries.get("doi")
    if keep and there is not None:
        return text
    if isinstance(there, Scalar) and there.text.lower().removeprefix("https://doi.org/") == doi.lower():
        return text
    mend: Mend = Add(doi) if there is None else Put(doi)
    after, done = apply(checked.text, checked.root, [(("doi",), mend)])
    if not done:
        raise CannotName(f"Write `doi: {doi}` into {filename} by hand: it is written in a way of its own.")
    return after
