"""The harvester of OAI-PMH against recorded answers of endpoints: odd, hostile, busy and forgetful ones."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers.oai import OaiEndpoint, OaiRecords, asking
from fairhaven.catalog.drivers.oai.description import licence
from fairhaven.catalog.ports import Batch, CursorLost, Listing, ListProblem
from fairhaven.core import addresses
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place
from fairhaven.core.sources.addresses import read
from fairhaven.core.testing.origins import OriginContract
from fairhaven.core.testing.recorded import Answer, Asked, Recorded, recorded

HERE = Guard(addresses.networks(("127.0.0.1/32",)))
DC = """
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:title>A model of {key} &amp; more</dc:title>
  <dc:creator>Hopper, Grace</dc:creator>
  <dc:creator>Turing, Alan</dc:creator>
  <dc:subject>Computer vision; plankton</dc:subject>
  <dc:subject>PyTorch</dc:subject>
  <dc:description>It sees &lt;b&gt;plankton&lt;/b&gt;.</dc:description>
  <dc:date>2024-05-06</dc:date>
  <dc:identifier>https://doi.org/10.5281/zenodo.{key}</dc:identifier>
  <dc:identifier>https://archive.example/{key}</dc:identifier>
  <dc:relation>https://github.com/deep/plankton</dc:relation>
  <dc:rights>https://creativecommons.org/licenses/by-sa/4.0/legalcode</dc:rights>
  <dc:language>en</dc:language>
</oai_dc:dc>"""
FORMATS = "<ListMetadataFormats>{}</ListMetadataFormats>".format(
    "".join(
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix></metadataFormat>"
        for name in ("marc21", "oai_dc")
    )
)
IDENTIFY = """<Identify><protocolVersion>2.0</protocolVersion><deletedRecord>{deleted}</deletedRecord>
<granularity>{granularity}</granularity></Identify>"""


def envelope(body: str, namespace: str = "http://www.openarchives.org/OAI/2.0/") -> Answer:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    clock = "<responseDate>2026-03-04T05:06:07Z</responseDate>"
    text = f'{head}<OAI-PMH xmlns="{namespace}">{clock}{body}</OAI-PMH>'
    return Answer(text.encode(), headers={"Content-Type": "text/xml"})


def record(key: object, inner: str | None = None, status: str = "") -> str:
    head = f"<header{status}><identifier>oai:x:{key}</identifier><datestamp>2026-01-01</datestamp></header>"
    body = f"<metadata>{DC.format(key=key) if inner is None else inner}</metadata>" if not status else ""
    return f"<record>{head}{body}</record>"


def error(code: str) -> Answer:
    return envelope(f'<error code="{code}">It is so.</error>')


class Endpoint:
    """An endpoint by its answers: `lists` by the resumption token ("" for the first question)."""

    def __init__(self) -> None:
        self.lists: dict[str, Answer] = {"": envelope(f"<ListRecords>{record(1)}</ListRecords>")}
        self.records = {"oai:x:1": record(1)}
        self.deleted, self.granularity = "persistent", "YYYY-MM-DDThh:mm:ssZ"
        self.asked: list[dict[str, str]] = []

    def __call__(self, asked: Asked) -> Answer:
        said = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
        self.asked.append(said)
        assert asked.headers["user-agent"].startswith("fairhaven/")
        match said["verb"]:
            case "Identify":
                told = IDENTIFY.format(deleted=self.deleted, granularity=self.granularity)
                return envelope(told)
            case "ListMetadataFormats":
                return envelope(FORMATS)
            case "GetRecord" if found := self.records.get(said["identifier"]):
                return envelope(f"<GetRecord>{found}</GetRecord>")
            case "GetRecord":
                return error("idDoesNotExist")
        return self.lists.get(said.get("resumptionToken", ""), error("badResumptionToken"))


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def server(endpoint: Endpoint) -> Iterator[Recorded]:
    with recorded({"/oai": endpoint}) as running:
        yield running


@pytest.fixture
def listing(server: Recorded) -> Listing:
    return Listing(f"{server.url}/oai")


async def ask(listing: Listing, cursor: str | None = None) -> Batch:
    return await OaiEndpoint().entries(listing, cursor, HERE)


async def test_a_record_in_dublin_core_becomes_sound_metadata(listing: Listing) -> None:
    [entry] = (await ask(listing)).entries
    assert (entry.key, entry.name) == ("oai:x:1", "a-model-of-1-more")
    assert entry.known is not None
    report = metadata.parse(entry.known.metadata)
    said = report.metadata
    assert said is not None
    assert (said.title, said.summary) == ("A model of 1 & more", "It sees plankton .")
    assert [who.name for who in said.authors] == ["Hopper, Grace", "Turing, Alan"]
    assert (said.doi, said.license) == ("10.5281/zenodo.1", "CC-BY-SA-4.0")
    assert (said.links.source_code, said.links.homepage) == (
        "https://github.com/deep/plankton",
        "https://doi.org/10.5281/zenodo.1",
    )
    assert (said.tasks, said.libraries) == (("Computer Vision",), ("PyTorch",))
    assert said.tags == ("Computer vision", "plankton", "PyTorch")
    assert said.dates is not None
    assert str(said.dates.published) == "2024-05-06"


async def test_a_list_goes_on_by_its_token_and_next_time_by_the_servers_clock(
    endpoint: Endpoint, listing: Listing
) -> None:
    token = '<resumptionToken completeListSize="3">a&amp;b</resumptionToken>'
    endpoint.lists[""] = envelope(f"<ListRecords>{record(1)}{record(2)}{token}</ListRecords>")
    endpoint.lists["a&b"] = envelope(f"<ListRecords>{record(3)}<resumptionToken/></ListRecords>")
    first = await ask(listing)
    assert (len(first.entries), first.more, first.total, first.complete) == (2, True, 3, False)
    second = await ask(listing, first.cursor)
    assert (len(second.entries), second.more, second.complete) == (1, False, True)
    assert endpoint.asked[-1] == {"verb": "ListRecords", "resumptionToken": "a&b"}
    gone = record(2, status=' status="deleted"')
    endpoint.lists[""] = envelope(f"<ListRecords>{gone}</ListRecords>")
    third = await ask(listing, second.cursor)
    assert endpoint.asked[-1]["from"] == "2026-03-04T05:01:07Z"
    assert [(each.key, each.deleted) for each in third.entries] == [("oai:x:2", True)]
    assert not third.complete
    endpoint.lists[""], endpoint.granularity = error("noRecordsMatch"), "YYYY-MM-DD"
    fourth = await ask(listing, third.cursor)
    assert (fourth.entries, fourth.more, fourth.complete) == ((), False, False) or not fourth.entries
    assert endpoint.asked[-1]["from"] == "2026-03-04"


async def test_where_deletions_are_not_told_for_ever_the_list_is_taken_whole_now_and_then(
    endpoint: Endpoint, listing: Listing
) -> None:
    endpoint.deleted = "no"
    done = await ask(listing)
    assert done.cursor is not None
    assert not (await ask(listing, done.cursor)).complete
    old = done.cursor.replace('"whole_at":"20', '"whole_at":"19')
    assert (await ask(listing, old)).complete


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"<OAI-PMH><ListRecords>"), "well-formed"),
        (Answer(b"<html><body>Welcome</body></html>"), "not OAI-PMH"),
        (Answer(b""), "well-formed"),
        (Answer(b'<?xml version="1.0" encoding="klingon"?><OAI-PMH/>'), "well-formed"),
        (Answer(b'<!DOCTYPE x [<!ENTITY a "b">]><OAI-PMH>&a;</OAI-PMH>'), "document type"),
        (Answer(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><OAI-PMH/>'), "document type"),
        (Answer(b"<OAI-PMH>" + b"<a>" * 200 + b"</a>" * 200 + b"</OAI-PMH>"), "nested"),
        (Answer(b"<OAI-PMH>" + b"<a/>" * 400_001 + b"</OAI-PMH>"), "too many"),
        (Answer(b"<OAI-PMH>" + b" " * 3_000_000 + b"</OAI-PMH>"), "larger than"),
        (Answer(b"not here", 404), "404"),
        (error("cannotDisseminateFormat"), "cannotDisseminateFormat"),
        (error("noSetHierarchy"), "noSetHierarchy"),
        (envelope("<Nothing/>"), "no list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_odd_answers_are_said_in_words(
    endpoint: Endpoint, listing: Listing, answer: Answer, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_BYTES", 2_000_000)
    endpoint.lists[""] = answer
    with pytest.raises(ListProblem, match=words):
        await ask(listing)


async def test_a_busy_endpoint_is_left_alone_for_as_long_as_it_asks(
    endpoint: Endpoint, listing: Listing
) -> None:
    for header, least, most in (
        ("120", 120, 120),
        ("Wed, 21 Oct 2065 07:28:00 GMT", 86400, 86400),
        ("x", 300, 300),
    ):
        endpoint.lists[""] = Answer(b"busy", 503, {"Retry-After": header})
        with pytest.raises(ListProblem) as raised:
            await ask(listing)
        assert least <= raised.value.wait <= most


async def test_a_circle_of_tokens_ends_and_a_forgotten_one_begins_anew(
    endpoint: Endpoint, listing: Listing
) -> None:
    for here, there in (("", "a"), ("a", "b"), ("b", "a")):
        token = f"<resumptionToken>{there}</resumptionToken>"
        endpoint.lists[here] = envelope(f"<ListRecords>{record(1)}{token}</ListRecords>")
    first = await ask(listing)
    second = await ask(listing, first.cursor)
    with pytest.raises(ListProblem, match="circle"):
        await ask(listing, second.cursor)
    del endpoint.lists["b"]
    with pytest.raises(CursorLost):
        await ask(listing, second.cursor)
    with pytest.raises(CursorLost):
        await ask(listing, "no cursor of ours")


async def test_one_odd_record_hides_no_other_and_wrong_namespaces_are_understood(
    endpoint: Endpoint, listing: Listing
) -> None:
    odd = [
        record("empty", ""),
        record("untitled", "<dc><title> </title></dc>"),
        record("x" * 400),
        record("marc", "<record><leader/></record>"),
    ]
    good = record(7).replace("http://purl.org/dc/elements/1.1/", "https://purl.org/dc/wrong/")
    body = f"<ListRecords>{''.join(odd)}{good}{record('<&gt;..;é'.replace('<', '&lt;'))}</ListRecords>"
    endpoint.lists[""] = envelope(body, namespace="http://www.openarchives.org/OAI/1.1/")
    entries = {each.key: each for each in (await ask(listing)).entries}
    assert [key[:12] for key, each in entries.items() if each.problem] == [
        "oai:x:empty",
        "oai:x:untitl",
        "oai:x:xxxxxx",
        "oai:x:marc",
    ]
    assert not entries["oai:x:7"].problem
    strange = entries["oai:x:<>..;é"]
    place = read(strange.source)
    assert place.item == "oai:x:%3C%3E.%2E%3B%C3%A9"


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("http://creativecommons.org/licenses/by-nc/3.0/de/", "CC-BY-NC-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("http://publications.europa.eu/resource/authority/licence/APACHE_2_0", "Apache-2.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BYNC_4_0", "CC-BY-NC-4.0"),
        ("info:eu-repo/semantics/openAccess", ""),
        ("Open Access", ""),
        ("All rights reserved, see MIT", ""),
    ],
)
def test_rights_are_a_licence_only_when_they_clearly_name_one(right: str, expected: str) -> None:
    assert licence([right]) == expected


def test_addresses_of_endpoints_are_recognised() -> None:
    seen: Any = OaiEndpoint().recognise
    asked = seen("https://zenodo.org/oai2d?verb=ListRecords&set=ai&metadataPrefix=oai_dc")
    assert asked == Listing("https://zenodo.org/oai2d", {"set": "ai"})
    assert seen("https://zenodo.org/oai2d") == Listing("https://zenodo.org/oai2d")
    assert seen("https://github.com/x/oai-model") is None
    assert seen("oai:x:1") is None


class TestRecordsAreOrigins(OriginContract):
    @pytest.fixture
    def origin(self) -> OaiRecords:
        return OaiRecords()

    @pytest.fixture
    def guard(self) -> Guard:
        return HERE

    @pytest.fixture
    async def place(self, listing: Listing) -> Place:
        [entry] = (await ask(listing)).entries
        address = read(entry.source)
        return Place(address.base, address.item)


async def test_a_list_and_its_items_say_the_same(listing: Listing) -> None:
    chosen = Listing(listing.address, {"prefix": "oai_dc"})
    for each in (listing, chosen):
        [entry] = (await ask(each)).entries
        address = read(entry.source)
        place = Place(address.base, address.item)
        standing = await OaiRecords().head(place, HERE)
        assert entry.known is not None
        assert (standing.revision, standing.builds) == (entry.known.revision, False)
        assert await OaiRecords().metadata(place, standing.revision, HERE) == entry.known.metadata
