"""Deposits at Zenodo, and at any other InvenioRDM, by its REST API.

Source: https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/ (InvenioRDM 13). Three of its ways
need care: a draft that is put without its `pids` loses its DOI; a DOI is reserved once only; and what was
made is found by a search that is some seconds behind.
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import structlog

from fairhaven.catalog.drivers.inveniordm_http import Http, Refusal
from fairhaven.catalog.exports import inveniordm
from fairhaven.catalog.ports import Deposited, DepositoryFailed, DepositoryRefused, Piece, Wish
from fairhaven.core.config import Settings
from fairhaven.core.depositories import Depository as Place
from fairhaven.core.outbound import guard_of

log = structlog.get_logger(__name__)

Json = dict[str, Any]
OPEN = {"record": "public", "files": "public"}
MOST_FOUND = 25


class InvenioRdm:
    """One installation of InvenioRDM."""

    def __init__(self, place: Place, http: Http) -> None:
        self._place, self._http = place, http

    @classmethod
    def open(cls, place: Place, settings: Settings) -> "InvenioRdm":
        return cls(place, Http(f"{place.address}/api", guard_of(settings), seconds=place.timeout))

    async def draft(self, token: str, wish: Wish) -> Deposited:
        """Find or make the draft: of a record that has versions, the next of them is made once only."""
        record = await self._bearing(token, str(wish.item.id))
        if record is None and wish.previous_id:
            record = await self._next_version(token, wish.previous_id)
        if record is None:
            record = await self._http.json("POST", "/records", token, json=self._body(wish))
        if not record.get("is_published") and not _doi(record):
            record = await self._reserved(token, str(record["id"]))
        return self._read(record)

    async def upload(self, token: str, id: str, piece: Piece) -> None:
        """Send the file, unless it is there whole; what is left of an earlier attempt makes way."""
        files = f"/records/{quote(id)}/draft/files"
        there = (await self._entries(token, files)).get(piece.name)
        if there and there.get("status") == "completed" and there.get("checksum") == f"md5:{piece.md5}":
            return
        place = f"{files}/{quote(piece.name, safe='')}"
        if there:
            await self._http.json("DELETE", place, token)
        await self._http.json("POST", files, token, json=[{"key": piece.name}])
        await self._http.send(f"{place}/content", token, piece.path, piece.size)
        told = await self._http.json("POST", f"{place}/commit", token)
        if (came := told.get("checksum")) != f"md5:{piece.md5}":
            raise DepositoryFailed(f"`{piece.name}` arrived as {came}, and was sent as md5:{piece.md5}.")

    async def describe(self, token: str, id: str, wish: Wish) -> Deposited:
        """Put the metadata; affiliations that the vocabulary there has not are named by their words."""
        place = f"/records/{quote(id)}/draft"
        pids = (await self._http.json("GET", place, token)).get("pids") or {}
        told = await self._http.json("PUT", place, token, json={**self._body(wish), "pids": pids})
        if any(".affiliations." in str(each.get("field")) for each in _errors(told)):
            plain = self._body(wish, known_affiliations=False)
            told = await self._http.json("PUT", place, token, json={**plain, "pids": pids})
        if wrong := _errors(told):
            raise DepositoryRefused(_said(wrong), fix="Complete the module's metadata, and release it anew.")
        return self._read(told)

    async def publish(self, token: str, id: str) -> Deposited:
        """Publish, and ask the community to take the record in."""
        record = await self._published(token, id)
        if record is None:
            place = f"/records/{quote(id)}/draft/actions/publish"
            record = await self._http.json("POST", place, token)
        if self._place.community:
            await self._submit(token, id, self._place.community)
        return self._read(record)

    async def find(self, token: str, id: str) -> Deposited | None:
        """The record, else its draft."""
        found = await self._published(token, id) or await self._draft_there(token, id)
        return self._read(found) if found else None

    async def discard(self, token: str, id: str) -> None:
        try:
            await self._http.json("DELETE", f"/records/{quote(id)}/draft", token)
        except Refusal as refused:
            if refused.code not in (404, 410):
                raise

    async def _bearing(self, token: str, identifier: str) -> Json | None:
        """What of ours bears the identifier: the record, if one was published."""
        words = {"q": f'metadata.identifiers.identifier:"{identifier}"', "size": MOST_FOUND}
        told = await self._http.json("GET", "/user/records", token, query={**words, "allversions": "true"})
        found = [each for each in told["hits"]["hits"] if inveniordm.bears(each, identifier)]
        return max(found, key=lambda each: bool(each.get("is_published")), default=None)

    async def _next_version(self, token: str, previous: str) -> Json | None:
        try:
            return await self._http.json("POST", f"/records/{quote(previous)}/versions", token)
        except Refusal as refused:
            if refused.code not in (404, 410):
                raise
            return None  # somebody removed the record there: this is the first of a new series

    async def _reserved(self, token: str, id: str) -> Json:
        place = f"/records/{quote(id)}/draft"
        try:
            return await self._http.json("POST", f"{place}/pids/doi", token)
        except Refusal as refused:
            there = await self._http.json("GET", place, token)
            if refused.code != 400 or not _doi(there):
                raise
            return there  # it was reserved by a request that got no answer

    async def _entries(self, token: str, files: str) -> Mapping[str, Json]:
        told = await self._http.json("GET", files, token)
        return {str(each["key"]): each for each in told.get("entries") or ()}

    async def _published(self, token: str, id: str) -> Json | None:
        try:
            found = await self._http.json("GET", f"/records/{quote(id)}", token)
        except Refusal as refused:
            # Drafts are told as missing, or as not one's to read.
            if refused.code not in (403, 404):
                raise
            return None
        return found if found.get("is_published", True) else None

    async def _draft_there(self, token: str, id: str) -> Json | None:
        try:
            return await self._http.json("GET", f"/records/{quote(id)}/draft", token)
        except Refusal as refused:
            if refused.code not in (404, 410):
                raise
            return None

    async def _submit(self, token: str, id: str, community: str) -> None:
        """Whether the community takes it, is the community's; the record is there either way."""
        place, wanted = f"/records/{quote(id)}/communities", {"communities": [{"id": community}]}
        try:
            await self._http.json("POST", place, token, json=wanted)
        except Refusal as refused:
            log.info("a community was not asked", depository=self._place.name, problem=refused.detail)

    def _body(self, wish: Wish, *, known_affiliations: bool = True) -> Json:
        said = inveniordm.metadata(
            wish.item,
            type=self._place.type,
            publisher=self._place.publisher,
            previous=wish.previous_doi,
            known_affiliations=known_affiliations,
        )
        return {"access": OPEN, "files": {"enabled": True}, "metadata": said}

    def _read(self, record: Json) -> Deposited:
        parent = record.get("parent") or {}
        return Deposited(
            id=str(record["id"]),
            page=str((record.get("links") or {}).get("self_html") or self._place.address),
            doi=_doi(record),
            concept_doi=_doi(parent) or cast("str | None", record.get("conceptdoi")),
            published=bool(record.get("is_published")),
        )


def _doi(record: Json) -> str | None:
    """The DOI, as InvenioRDM tells it, or as the older JSON of Zenodo does."""
    found = ((record.get("pids") or {}).get("doi") or {}).get("identifier") or record.get("doi")
    return str(found) if found else None


def _errors(told: Json) -> list[Json]:
    return [each for each in told.get("errors") or () if isinstance(each, dict)]


def _said(errors: list[Json]) -> str:
    """The errors of a depository as one sentence."""
    each = [f"{one.get('field')}: {' '.join(map(str, one.get('messages') or ()))}" for one in errors[:10]]
    return "; ".join(each)[:2000]
