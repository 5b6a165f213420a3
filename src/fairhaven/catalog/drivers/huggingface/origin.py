"""Models of the Hugging Face Hub as sources: `huggingface+https://huggingface.co#organisation/model`."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fairhaven.catalog.drivers.huggingface import card, hub, module, running
from fairhaven.catalog.drivers.huggingface.hub import HOME, HubModel
from fairhaven.catalog.drivers.huggingface.running import Plan
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, SourceChanged, Standing, UnsafeRepository

WRITING = "1"  # changes when what is written around a model does, so that it is built anew
# First parts of paths at the Hub that are no accounts.
PAGES = (
    "api", "blog", "buckets", "chat", "collections", "datasets", "docs", "enterprise", "join", "learn",
    "login", "models", "new", "organizations", "papers", "posts", "pricing", "settings", "spaces", "tasks",
)  # fmt: skip


class HuggingFace:
    """Tells what the Hub and the model card say, and writes a module around ONNX weights of some kinds."""

    def recognise(self, address: str) -> Place | None:
        """The page of a model, or of one of its files; a `.git` at the end means the repository itself."""
        parts = urlsplit(address)
        path = [part for part in parts.path.split("/") if part]
        if parts.hostname not in ("huggingface.co", "www.huggingface.co", "hf.co") or len(path) < 2:
            return None
        key = "/".join(path[:2])
        if path[0] in PAGES or not hub.is_name(key):
            return None
        return Place(HOME, key)

    async def head(self, place: Place, guard: Guard) -> Standing:
        found = await _read(place, guard)
        return Standing(found.revision, builds=isinstance(found.plan, Plan))

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        return (await _at(place, revision, guard)).metadata

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        found = await _at(place, revision, guard)
        if isinstance(found.plan, str):
            raise UnsafeRepository(f"This model is shown here, not run. {found.plan}")
        await module.write(found.model, found.plan, found.metadata, folder, guard, max_bytes=max_bytes)


@dataclass(frozen=True)
class _Read:
    """A model, how to run it (or why not), and what is said of it, which all three make the revision."""

    model: HubModel
    plan: Plan | str
    metadata: bytes

    @property
    def revision(self) -> str:
        settings = json.dumps(self.plan.settings, sort_keys=True) if isinstance(self.plan, Plan) else ""
        written = WRITING if settings else ""
        parts = (self.metadata, self.model.commit.encode(), settings.encode(), written.encode())
        digests = b"".join(hashlib.sha256(part).digest() for part in parts)
        return f"sha256-{hashlib.sha256(digests).hexdigest()}"


async def _read(place: Place, guard: Guard) -> _Read:
    model = await hub.read(place, guard)
    plan = await running.planned(model, guard)
    why_not = plan if isinstance(plan, str) else ""
    return _Read(model, plan, await asyncio.to_thread(card.told, model, why_not))


async def _at(place: Place, revision: str, guard: Guard) -> _Read:
    found = await _read(place, guard)
    if found.revision != revision:
        raise SourceChanged("The model is not what it was: its card or its files changed.")
    return found
