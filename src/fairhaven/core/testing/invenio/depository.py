"""The records of the stand-in, and what may be done with them in which order."""

import copy
import hashlib
import itertools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from fairhaven.core.testing.invenio import rules

Json = dict[str, Any]
PREFIX = "10.5072/invenio"


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, errors: list[Json] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"status": status, "message": message} | ({"errors": errors} if errors else {})


@dataclass
class File:
    """A file of a draft; pending until it is committed."""

    content: bytes | None = None
    status: str = "pending"

    @property
    def checksum(self) -> str:
        digest = hashlib.md5(self.content or b"", usedforsecurity=False).hexdigest()
        return f"md5:{digest}"


@dataclass
class Record:
    """One version: a draft, until it is published; what is published has no draft any more."""

    id: str
    parent: str
    metadata: Json
    published: bool = False
    doi: str | None = None
    files: dict[str, File] = field(default_factory=dict)
    communities: list[str] = field(default_factory=list)
    indexed: bool = True


class TestInvenio:
    """One depository with one user.

    Attributes:
        indexes: whether what is made can be found at once; else when `index` is called.
    """

    __test__ = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.token, self.scopes = "the-depositors-token", {"deposit:write", "deposit:actions"}
        self.records: dict[str, Record] = {}
        self.indexes = True
        self._numbers = itertools.count(1)

    @property
    def drafts(self) -> list[Record]:
        return [each for each in self.records.values() if not each.published]

    @property
    def public(self) -> list[Record]:
        return [each for each in self.records.values() if each.published]

    def index(self) -> None:
        """Let the search find everything."""
        for each in self.records.values():
            each.indexed = True

    # --- what it answers: status and body ---------------------------------------------------------

    def create(self, body: Json) -> tuple[int, Json]:
        record = Record(self._new_id(), self._new_id(), _metadata(body), indexed=self.indexes)
        self.records[record.id] = record
        return 201, self._draft(record)

    def search(self, query: str) -> tuple[int, Json]:
        """Only the one question that is asked of it: an exact identifier."""
        words = parse_qs(query).get("q", [""])[0]
        found = re.fullmatch(r'metadata\.identifiers\.identifier:"([^"]+)"', words)
        if not found:
            raise Refused(400, "The search query is not understood.")
        bearing = [
            each
            for each in self.records.values()
            if each.indexed
            and any(one["identifier"] == found[1] for one in each.metadata.get("identifiers") or ())
        ]
        hits = [self._read(each) for each in bearing]
        return 200, {"hits": {"hits": hits, "total": len(hits)}, "links": {}}

    def listing(self) -> tuple[int, Json]:
        """What everybody may see."""
        hits = [self._read(each) for each in self.public]
        return 200, {"hits": {"hits": hits, "total": len(hits)}, "links": {}}

    def read(self, id: str) -> tuple[int, Json]:
        return 200, self._read(self._published(id))

    def read_draft(self, id: str) -> tuple[int, Json]:
        return 200, self._draft(self._drafted(id))

    def update(self, id: str, body: Json) -> tuple[int, Json]:
        record = self._drafted(id)
        record.metadata = _metadata(body)
        # A draft that is put without its identifiers loses them.
        told = ((body.get("pids") or {}).get("doi") or {}).get("identifier")
        if told != record.doi:
            record.doi = None
        return 200, self._draft(record)

    def discard(self, id: str) -> tuple[int, Json]:
        self.records.pop(self._drafted(id).id)
        return 204, {}

    def reserve(self, id: str) -> tuple[int, Json]:
        record = self._drafted(id)
        if record.doi:
            said = [{"field": "pids.doi", "messages": ["A PID already exists for type doi"]}]
            raise Refused(400, "A validation error occurred.", said)
        record.doi = f"{PREFIX}.{record.id}"
        return 201, self._draft(record)

    def publish(self, id: str) -> tuple[int, Json]:
        record = self._drafted(id)
        if wrong := [
            *rules.errors(record.metadata),
            *rules.errors_of_doi(record.metadata),
            *_of_files(record),
        ]:
            raise Refused(400, "A validation error occurred.", wrong)
        record.doi = record.doi or f"{PREFIX}.{record.id}"
        record.published = True
        return 202, self._read(record)

    def new_version(self, id: str) -> tuple[int, Json]:
        """The draft of the next version: the same one, however often it is asked for."""
        last = self._published(id)
        for each in self.drafts:
            if each.parent == last.parent:
                return 201, self._draft(each)
        said = copy.deepcopy(last.metadata)
        said.pop("publication_date", None)
        said.pop("version", None)
        record = Record(self._new_id(), last.parent, said, indexed=self.indexes)
        self.records[record.id] = record
        return 201, self._draft(record)

    def submit(self, id: str, body: Json) -> tuple[int, Json]:
        record = self._published(id)
        wanted = [str(each["id"]) for each in body.get("communities") or ()]
        if not wanted or any(each in record.communities for each in wanted):
            raise Refused(400, "The record is already included in this community.")
        record.communities += wanted
        return 200, {"processed": [{"community_id": each} for each in wanted]}

    # --- files ------------------------------------------------------------------------------------

    def list_files(self, id: str) -> tuple[int, Json]:
        return 200, {"enabled": True, "entries": self._entries(self._drafted(id))}

    def begin_files(self, id: str, body: Any) -> tuple[int, Json]:
        record = self._drafted(id)
        if not isinstance(body, list):
            raise Refused(400, "A list of files is expected.")
        for each in body:
            if each["key"] in record.files:
                raise Refused(400, f"File with key {each['key']} already exists.")
            record.files[each["key"]] = File()
        return 201, {"enabled": True, "entries": self._entries(record)}

    def put_file(self, id: str, key: str, content: bytes) -> tuple[int, Json]:
        file = self._file(id, key)
        if file.status != "pending":
            raise Refused(400, f"File with key {key} is committed already.")
        file.content = content
        return 200, self._entry(key, file)

    def commit_file(self, id: str, key: str) -> tuple[int, Json]:
        file = self._file(id, key)
        if file.content is None:
            raise Refused(400, f"File with key {key} has no content.")
        if file.status != "pending":
            raise Refused(400, f"File with key {key} is committed already.")
        file.status = "completed"
        return 200, self._entry(key, file)

    def delete_file(self, id: str, key: str) -> tuple[int, Json]:
        self._file(id, key)
        del self._drafted(id).files[key]
        return 204, {}

    # --- inside -----------------------------------------------------------------------------------

    def _new_id(self) -> str:
        return f"{next(self._numbers):05d}-rec"

    def _drafted(self, id: str) -> Record:
        found = self.records.get(id)
        if found is None or found.published:
            raise Refused(404, "The persistent identifier does not exist.")
        return found

    def _published(self, id: str) -> Record:
        found = self.records.get(id)
        if found is None or not found.published:
            raise Refused(404, "The persistent identifier is not registered.")
        return found

    def _file(self, id: str, key: str) -> File:
        found = self._drafted(id).files.get(key)
        if found is None:
            raise Refused(404, f"Record '{id}' has no file '{key}'.")
        return found

    def _entries(self, record: Record) -> list[Json]:
        return [self._entry(key, file) for key, file in record.files.items()]

    def _entry(self, key: str, file: File) -> Json:
        said: Json = {"key": key, "status": file.status, "metadata": None}
        if file.status == "completed":
            said |= {"checksum": file.checksum, "size": len(file.content or b"")}
        return said

    def _draft(self, record: Record) -> Json:
        """A draft is taken with its mistakes, and says them."""
        wrong = rules.errors(record.metadata)
        return self._read(record) | ({"errors": wrong} if wrong else {})

    def _read(self, record: Record) -> Json:
        where = "records" if record.published else "uploads"
        doi = {"identifier": record.doi, "provider": "datacite", "client": "datacite"}
        concept = {"identifier": f"{PREFIX}.{record.parent}", "provider": "datacite", "client": "datacite"}
        return {
            "id": record.id,
            "is_published": record.published,
            "is_draft": not record.published,
            "metadata": copy.deepcopy(record.metadata),
            "pids": {"doi": doi} if record.doi else {},
            "parent": {"id": record.parent, "pids": {"doi": concept} if record.published else {}},
            "links": {"self_html": f"{self.url}/{where}/{record.id}"},
        }


def _metadata(body: Json) -> Json:
    files = body.get("files")
    if not isinstance(files, dict) or "enabled" not in files:
        raise Refused(
            400, "A validation error occurred.", [{"field": "files.enabled", "messages": [rules.MISSING]}]
        )
    found = body.get("metadata")
    return found if isinstance(found, dict) else {}


def _of_files(record: Record) -> list[Json]:
    if not record.files:
        said = "Missing uploaded files. To disable files for this record please mark it as metadata-only."
        return [{"field": "files.enabled", "messages": [said]}]
    if any(file.status != "completed" for file in record.files.values()):
        said = "One or more files have not completed their transfer, please wait."
        return [{"field": "files", "messages": [said]}]
    return []
