"""Flows of OpenML as sources: `openml+https://www.openml.org#flow/17691`."""

import asyncio
import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from fairhaven.catalog.drivers.openml import api, flow
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, SourceChanged, Standing, UnsafeRepository

_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class OpenML:
    """Tells flows that were run; there is no trained model to build."""

    def recognise(self, address: str) -> Place | None:
        """`openml.org/f/ID`, and the page of its search that shows a flow."""
        parts = urlsplit(address)
        if parts.hostname not in ("openml.org", "www.openml.org", "new.openml.org"):
            return None
        path, asked = parts.path.strip("/").split("/"), parse_qs(parts.query)
        number = path[1] if len(path) == 2 and path[0] == "f" else ""
        if path[0] == "search" and asked.get("type") == ["flow"]:
            number = asked.get("id", [""])[0]
        return Place(api.HOME, f"flow/{number}") if _NUMBER.fullmatch(number) else None

    async def head(self, place: Place, guard: Guard) -> Standing:
        revision, _ = await _told(place, guard)
        return Standing(revision, builds=False)

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        found, said = await _told(place, guard)
        if found != revision:
            raise SourceChanged("The flow is not what it was: it has other runs now.")
        return said

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        await self.metadata(place, revision, guard)
        raise UnsafeRepository(f"This flow is shown here, not run. {flow.WHY_NOT}")


async def _told(place: Place, guard: Guard) -> tuple[str, bytes]:
    """What is said of the flow is all there is of it here, so its digest is the revision."""
    found = await api.read(place, guard)
    said = await asyncio.to_thread(flow.told, found)
    return f"sha256-{hashlib.sha256(said).hexdigest()}", said
