"""One version of a model, read: what it is, where its files are, and what the module around it is called."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from fairhaven.catalog.drivers import asking, telling
from fairhaven.catalog.drivers.bioimage import index, reading, wording
from fairhaven.catalog.drivers.bioimage.description import Model, Reference, Tensor
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, RepositoryNotFound, UnsafeRepository

WRITING = "1"  # changes when what is written around a model does, so that it is built anew
HOME = "https://bioimage-io.github.io/collection/index.json"
LARGEST_DOCUMENTATION = 256 << 10
_VERSION = re.compile(r"v?\d{1,9}(?:\.\d{1,9}){0,5}(?:(?:a|b|rc|\.post|\.dev)\d{1,9})?")


@dataclass(frozen=True)
class ModelItem:
    """`source` is the address of its description, `content` the description as it came."""

    id: str
    key: str
    base: str
    source: str
    content: bytes
    model: Model
    version: str
    documentation: str

    @property
    def revision(self) -> str:
        parts = (WRITING.encode(), self.id.encode(), self.content, self.documentation.encode())
        return (
            "sha256-"
            + hashlib.sha256(b"\0".join(hashlib.sha256(each).digest() for each in parts)).hexdigest()
        )

    @property
    def why_not(self) -> str:
        return wording.why_not_run(self.model)

    @property
    def page(self) -> str:
        """Its page at the zoo; of another collection, its description."""
        name = self.id.removeprefix("bioimage-io/")
        return f"https://bioimage.io/#/?id={name}" if self.base == HOME else self.source

    @property
    def slug(self) -> str:
        """Its name in lower-case letters, digits and dashes."""
        words = re.findall(r"[a-z0-9]+", self.id.removeprefix("bioimage-io/").lower())
        return "-".join(words)[:60].strip("-") or "model"

    @property
    def package(self) -> str:
        return f"bioimage_{self.slug.replace('-', '_')}"

    @property
    def package_version(self) -> str:
        """The version as Python's packages may have it (PEP 440)."""
        return self.version.removeprefix("v") if _VERSION.fullmatch(self.version) else "0"

    @property
    def licence(self) -> str:
        return telling.licence(self.model.said.get("license"))

    @property
    def holders(self) -> list[str]:
        named = (telling.line(each.get("name")) for each in telling.items(self.model.said.get("authors")))
        return [name.partition(";")[0] for name in named if name]

    def kept(self, name: str) -> str:
        """Where a file of the model lies in the module."""
        return f"src/{self.package}/model/{name}"

    def sample(self, tensor: Tensor) -> str:
        return "" if self.why_not or not tensor.test else self.kept(tensor_file("input", tensor.id))

    def url(self, file: Reference) -> str:
        """The address of a file that the description names."""
        if telling.address(file.source):
            return file.source
        parts = urlsplit(self.source)
        folder = parts.path.rpartition("/")[0]
        return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{file.source}", parts.query, ""))


def tensor_file(which: str, tensor: str) -> str:
    """What the test values of a tensor are called in the module; numpy's format is the only one taken."""
    return f"test_{which}_{re.sub(r'[^a-z0-9]+', '_', tensor.lower())}.npy"


async def read(place: Place, guard: Guard) -> ModelItem:
    """Read the item as it stands now.

    Raises:
        SourceProblem: it is not there, cannot be had, or is not taken.
    """
    item, version = (await index.read(place.base, guard)).find(place.key)
    content = await asking.ask(guard, version.source, "The model's description", max_bytes=reading.MAX_BYTES)
    if version.sha256 and hashlib.sha256(content).hexdigest() != version.sha256:
        raise UnsafeRepository("The model's description is not the one that the zoo's index lists.")
    model = reading.read(content)
    named = telling.line(model.said.get("version"), 60) or version.name
    item_read = ModelItem(item.id, place.key, place.base, version.source, content, model, named, "")
    words = await _documentation(item_read, guard)
    return ModelItem(item.id, place.key, place.base, version.source, content, model, named, words)


async def _documentation(item: ModelItem, guard: Guard) -> str:
    """The model's own words, without which it can be told all the same."""
    file = item.model.documentation
    if file is None or not file.name.lower().endswith((".md", ".txt")):
        return ""
    try:
        found = await asking.ask(
            guard, item.url(file), "The model's documentation", max_bytes=LARGEST_DOCUMENTATION
        )
    except RepositoryNotFound:
        return ""
    if file.sha256 and hashlib.sha256(found).hexdigest() != file.sha256:
        raise UnsafeRepository("The model's documentation is not what its description says.")
    return telling.text(found.decode(errors="replace"))
