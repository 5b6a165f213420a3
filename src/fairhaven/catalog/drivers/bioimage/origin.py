"""Models of the BioImage Model Zoo as sources: `bioimage+https://…/index.json#affable-shark`."""

import asyncio
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from fairhaven.catalog.drivers.bioimage import item, metadata, module
from fairhaven.catalog.drivers.bioimage.item import HOME, ModelItem
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, SourceChanged, Standing, UnsafeRepository

_KEY = re.compile(r"10\.5281/zenodo\.[0-9]{1,12}|[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class BioImage:
    """Writes a module around a model's ONNX weights; models without are shown only."""

    def recognise(self, address: str) -> Place | None:
        """`bioimage.io/#/?id=NAME`, `bioimage.io/#/r/NAME`, `…/#/artifacts/NAME`, and the files' server."""
        parts = urlsplit(address)
        name = ""
        if parts.hostname in ("bioimage.io", "www.bioimage.io"):
            name = _named(parts.fragment)
        elif parts.hostname == "hypha.aicell.io" and parts.path.startswith("/bioimage-io/artifacts/"):
            name = parts.path.split("/")[3]
        key = _KEY.match(unquote(name).removeprefix("bioimage-io/"))
        return Place(HOME, key[0]) if key else None

    async def head(self, place: Place, guard: Guard) -> Standing:
        found = await item.read(place, guard)
        return Standing(found.revision, builds=not found.why_not)

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        return await asyncio.to_thread(metadata.told, await _at(place, revision, guard))

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        found = await _at(place, revision, guard)
        if found.why_not:
            raise UnsafeRepository(f"This model is shown here, not run: {found.why_not}")
        told = await asyncio.to_thread(metadata.told, found)
        await module.write(found, told, folder, guard, max_bytes=max_bytes)


def _named(fragment: str) -> str:
    path, _, query = fragment.partition("?")
    if asked := parse_qs(query).get("id"):
        return asked[0]
    found = re.match(r"/(?:r|p|artifacts|resource|model)/(.+)", path)
    return found[1] if found else ""


async def _at(place: Place, revision: str, guard: Guard) -> ModelItem:
    found = await item.read(place, guard)
    if found.revision != revision:
        raise SourceChanged("The model is not what it was: the zoo has another description of it now.")
    return found
