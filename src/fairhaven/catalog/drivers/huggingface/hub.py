"""Asks the Hub's API about a model: what it says of it, its files, and its card."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from pydantic import JsonValue

from fairhaven.catalog.drivers import asking, telling
from fairhaven.catalog.metadata import document, identifiers
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, RepositoryNotFound, UnsafeRepository

HOME = "https://huggingface.co"
MOST_FILES = 300
LARGEST_CARD = 512 << 10
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/(?!.*\.git$)[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")


@dataclass(frozen=True)
class HubFile:
    """A file of the repository: of those in Git LFS the `sha256` is known, of others git's name (`blob`)."""

    path: str
    size: int | None
    sha256: str | None
    blob: str = ""

    @property
    def ending(self) -> str:
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True)
class HubModel:
    """What the Hub says (`said`), what the card's head says (`card`), and the card's text."""

    base: str
    id: str
    commit: str
    said: Mapping[str, JsonValue]
    card: Mapping[str, JsonValue]
    text: str
    files: tuple[HubFile, ...]

    @property
    def page(self) -> str:
        return f"{self.base}/{self.id}"

    @property
    def pipeline(self) -> str:
        return telling.line(self.said.get("pipeline_tag") or self.card.get("pipeline_tag"), 60)

    def url(self, path: str) -> str:
        """Where a file is, at this commit."""
        return f"{self.page}/resolve/{self.commit}/{quote(path)}"

    def file(self, path: str) -> HubFile | None:
        return next((file for file in self.files if file.path == path), None)


async def read(place: Place, guard: Guard) -> HubModel:
    """The model as it stands now.

    Raises:
        RepositoryNotFound: there is none, or it is private, gated or disabled.
        SourceProblem: it cannot be had.
    """
    base = place.base.rstrip("/")
    if not is_name(place.key):
        raise RepositoryNotFound(f"`{place.key[:100]}` is no model's name: write ORGANISATION/MODEL.")
    asked = f"{base}/api/models/{place.key}?blobs=true"
    said = telling.mapping(await asking.ask_json(guard, asked, "The model"))
    _check_open(said)
    commit = telling.line(said.get("sha"), 64)
    if not _COMMIT.fullmatch(commit):
        raise UnsafeRepository("The Hub does not say at which commit the model is.")
    files = tuple(_files(said))
    text = await _card(f"{base}/{place.key}/resolve/{commit}/README.md", files, guard)
    head, words = await asyncio.to_thread(_parted, text)
    card = {**head, **telling.mapping(said.get("cardData"))}
    return HubModel(base, place.key, commit, said, card, words, files)


async def small_file(model: HubModel, file: HubFile, guard: Guard, *, max_bytes: int) -> bytes:
    """A file, compared with its checksum or with git's name for it.

    Raises:
        UnsafeRepository: it is another.
        SourceProblem: it cannot be had.
    """
    what = f"`{file.path[:100]}` of the model"
    found = await asking.ask(guard, model.url(file.path), what, max_bytes=max_bytes)
    git = hashlib.sha1(b"blob %d\0" % len(found) + found, usedforsecurity=False).hexdigest()
    same = hashlib.sha256(found).hexdigest() == file.sha256 if file.sha256 else git == file.blob
    if not same:
        raise UnsafeRepository(f"{what} is not what the Hub lists.")
    return found


def is_name(key: str) -> bool:
    """`organisation/model`, in the letters that the Hub allows."""
    return _NAME.fullmatch(key) is not None


def _check_open(said: Mapping[str, JsonValue]) -> None:
    if said.get("private") or said.get("disabled"):
        raise RepositoryNotFound("The model is private or disabled at the Hub.")
    if said.get("gated"):
        raise RepositoryNotFound(
            "The model is gated: the Hub gives it only to people who agreed to its terms.",
            fix="Choose a model that everybody may have.",
        )


def _files(said: Mapping[str, JsonValue]) -> list[HubFile]:
    found = []
    for each in telling.items(said.get("siblings"), MOST_FILES):
        path = telling.line(each.get("rfilename"), 500)
        digits = telling.line(telling.mapping(each.get("lfs")).get("sha256"), 80)
        if identifiers.is_path(path):
            sha256 = digits.lower() if identifiers.is_sha256(digits) else None
            blob = telling.line(each.get("blobId"), 40)
            found.append(HubFile(path, telling.count(each.get("size")), sha256, blob))
    return found


async def _card(url: str, files: tuple[HubFile, ...], guard: Guard) -> str:
    if not any(file.path == "README.md" for file in files):
        return ""
    found = await asking.ask(guard, url, "The model card", max_bytes=LARGEST_CARD)
    return found.decode(errors="replace").replace("\r\n", "\n")


def _parted(text: str) -> tuple[Mapping[str, JsonValue], str]:
    """The head of a card, as YAML between `---`, and the rest; a broken head says nothing."""
    head, mark, words = text.removeprefix("---\n").partition("\n---")
    if not text.startswith("---\n") or not mark:
        return {}, telling.text(text)
    findings = Findings("README.md", head)
    root = document.read(head, findings)
    said = document.plain(root) if root and not findings.failed else {}
    return telling.mapping(said), telling.text(words.partition("\n")[2])
