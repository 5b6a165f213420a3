"""Models of the Hugging Face Hub as sources: `huggingface+https://huggingface.co#organisation/model`."""

import asyncio
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from fairhaven.catalog.drivers.huggingface import card, hub
from fairhaven.catalog.drivers.huggingface.hub import HOME
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, SourceChanged, Standing, UnsafeRepository

# First parts of paths at the Hub that are no accounts.
PAGES = (
    "api", "blog", "buckets", "chat", "collections", "datasets", "docs", "enterprise", "join", "learn",
    "login", "models", "new", "organizations", "papers", "posts", "pricing", "settings", "spaces", "tasks",
)  # fmt: skip
WHY_NOT = (
    "The Hub's models are run by many different libraries. Here, they are described with all their files and "
    "checksums; write a module of your own that loads the weights to run one."
)


class HuggingFace:
    """Tells what the Hub and the model card say; nothing of it is built."""

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
        revision, _ = await _told(place, guard)
        return Standing(revision, builds=False)

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        found, said = await _told(place, guard)
        if found != revision:
            raise SourceChanged("The model is not what it was: its card or its files changed.")
        return said

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        await self.metadata(place, revision, guard)
        raise UnsafeRepository(f"This model is shown here, not run. {WHY_NOT}")


async def _told(place: Place, guard: Guard) -> tuple[str, bytes]:
    """What is said of the model is all there is of it here, so its digest is the revision."""
    model = await hub.read(place, guard)
    said = await asyncio.to_thread(card.told, model, WHY_NOT)
    return f"sha256-{hashlib.sha256(said).hexdigest()}", said
