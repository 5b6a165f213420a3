"""OAI-PMH 2.0: every verb and every error by hand, and thousands of records by harvesters of others."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import text

from fairhaven import app as application
from fairhaven.catalog import service
from fairhaven.catalog.oai.records import PREFIXES
from fairhaven.catalog.schemas import SourceSpec, Visibility
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.environments import environment

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
COPY = """
    insert into modules ({columns})
    select {values} from modules m, generate_series(1, :many) n where m.name = 'digits'
"""
CHANGED = {
    "id": "gen_random_uuid()",
    "name": "'m' || n",
    "source_key": "'k' || n",
    # Fifty of a second, so that a batch ends within one.
    "updated_at": "timestamptz '2026-01-01' + n / 50 * interval '1 second'",
    "removed_at": "case when n % 10 = 0 then timestamptz '2026-02-01' + n * interval '1 second' end",
}


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


@pytest.fixture
async def digits(platform: Platform, ada: Actor, project_id: UUID) -> Any:
    inspected = await service.inspect(platform, SourceSpec(url=str(EXAMPLES / "digits")))
    async with platform.transaction(ada) as session:
        spec = SourceSpec(url=str(EXAMPLES / "digits"))
        return await service.register(session, ada, project_id, spec, inspected, visibility=Visibility.PUBLIC)


@pytest.fixture
async def many(platform: Platform, digits: Any) -> Callable[[int], Any]:
    """Make copies of a module in the table, a tenth of them removed."""

    async def copy(number: int) -> None:
        async with platform.transaction() as session:
            names = "select column_name from information_schema.columns where table_name = 'modules'"
            rows = await session.execute(text(f"{names} and is_generated = 'NEVER'"))
            columns = [str(name) for (name,) in rows]
            values = ", ".join(CHANGED.get(name, f'm."{name}"') for name in columns)
            listed = ", ".join(f'"{name}"' for name in columns)
            await session.execute(text(COPY.format(columns=listed, values=values)), {"many": number})

    return copy


async def ask(client: httpx.AsyncClient, **arguments: str) -> ElementTree.Element:
    answer = await client.get("/oai", params={key.rstrip("_"): value for key, value in arguments.items()})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    return ElementTree.fromstring(answer.content)


def code(root: ElementTree.Element) -> str | None:
    found = root.find(f"{OAI}error")
    return None if found is None else found.get("code")


def names(root: ElementTree.Element) -> list[str]:
    return [str(each.text).rpartition("/")[2] for each in root.iter(f"{OAI}identifier")]


async def test_every_verb_answers_by_get_and_post(nobody: httpx.AsyncClient, digits: Any) -> None:
    told = await ask(nobody, verb="Identify")
    (base,) = (each.text for each in told.iter(f"{OAI}baseURL"))
    assert [each.text for each in told.iter(f"{OAI}deletedRecord")] == ["persistent"]
    posted = await nobody.post("/oai", data={"verb": "Identify"})
    assert base in posted.text
    identifier = f"{str(base).removesuffix('/oai')}/id/module/digits"
    for prefix in ("oai_dc", "oai_datacite", "mldcat-ap", "fair4ml"):
        one = await ask(nobody, verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        assert (code(one), names(one)) == (None, ["digits"])
        listed = await ask(nobody, verb="ListRecords", metadataPrefix=prefix)
        assert names(listed) == ["digits"]
        assert listed.find(f"{OAI}request").attrib == {"verb": "ListRecords", "metadataPrefix": prefix}  # type: ignore[union-attr]
    formats = await ask(nobody, verb="ListMetadataFormats", identifier=identifier)
    assert len(list(formats.iter(f"{OAI}metadataPrefix"))) == 4
    assert "task:classification" in [
        each.text for each in (await ask(nobody, verb="ListSets")).iter(f"{OAI}setSpec")
    ]
    for spec, found in (("task:classification", ["digits"]), ("task", ["digits"]), ("task:regression", [])):
        assert names(await ask(nobody, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)) == found


@pytest.mark.usefixtures("digits")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "badVerb"),
        ("verb=Nonsense", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-03T00:00:00Z", "badArgument"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=GetRecord&identifier=oai:x&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=x%00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=none", "noRecordsMatch"),
    ],
)
async def test_every_mistake_has_its_code(nobody: httpx.AsyncClient, query: str, expected: str) -> None:
    root = ElementTree.fromstring((await nobody.get(f"/oai?{query}")).content)
    assert code(root) == expected
    repeated = root.find(f"{OAI}request")
    assert repeated is not None
    assert bool(repeated.attrib) == (expected not in ("badVerb", "badArgument"))


async def test_what_cannot_be_told_has_no_formats_and_without_records_there_are_no_sets(
    platform: Platform, nobody: httpx.AsyncClient, project_id: UUID, ada: Actor
) -> None:
    for contact, expected in ((None, "postmaster@"), ("catalog@example.org", "catalog@example.org")):
        platform.settings = platform.settings.model_copy(update={"contact": contact})
        [mail] = (await ask(nobody, verb="Identify")).iter(f"{OAI}adminEmail")
        assert str(mail.text).startswith(expected)
    asked = {"metadataPrefix": "oai_dc", "set": "task:classification"}
    for verb, more in (("ListSets", {}), ("ListRecords", asked), ("ListIdentifiers", asked)):
        assert code(await ask(nobody, verb=verb, **more)) == "noSetHierarchy"
    source = SourceSpec(url=str(EXAMPLES / "digits"))
    inspected = await service.inspect(platform, source)
    async with platform.transaction(ada) as session:
        await service.register(session, ada, project_id, source, inspected, visibility=Visibility.PUBLIC)
        # As another version of the platform may have left it.
        await session.execute(text("update modules set metadata = '{}'"))
    assert code(await ask(nobody, verb="ListSets")) is None
    base = next(iter((await ask(nobody, verb="Identify")).iter(f"{OAI}baseURL"))).text
    identifier = f"{str(base).removesuffix('/oai')}/id/module/digits"
    told = await ask(nobody, verb="ListMetadataFormats", identifier=identifier)
    assert code(told) == "noMetadataFormats"
    one = await ask(nobody, verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc")
    assert code(one) == "cannotDisseminateFormat"


async def test_no_page_is_promised_that_would_hold_nothing(
    platform: Platform, nobody: httpx.AsyncClient, many: Callable[[int], Any]
) -> None:
    await many(149)
    spoiled = "select id from modules where removed_at is null order by datestamp, id offset :kept"
    async with platform.transaction() as session:
        await session.execute(text("update modules set updated_at = now() where removed_at is null"))
        await session.execute(text("delete from modules where removed_at is not null"))
        # As another version of the platform may have left them.
        await session.execute(
            text(f"update modules set metadata = '{{}}' where id in ({spoiled})"), {"kept": 100}
        )
    for verb in ("ListRecords", "ListIdentifiers"):
        root = await ask(nobody, verb=verb, metadataPrefix="oai_dc")
        assert len(list(root.iter(f"{OAI}header"))) == 100
        assert root.find(f".//{OAI}resumptionToken") is None


async def test_every_kind_of_answer_keeps_the_rules_of_the_schema(
    request: pytest.FixtureRequest, nobody: httpx.AsyncClient, many: Callable[[int], Any], tmp_path: Path
) -> None:
    await many(150)
    base = "http://fairhaven.test"
    queries = {
        "identify": "verb=Identify",
        "formats": "verb=ListMetadataFormats",
        "sets": "verb=ListSets",
        "headers": "verb=ListIdentifiers&metadataPrefix=oai_dc",
        "range": "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-12-31&set=task",
        "deletions": "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-01",
        "bad-verb": "verb=%00%3Cb%3E&x=%22",
        "bad-argument": "verb=ListRecords&from=%3C",
        "bad-token": "verb=ListRecords&resumptionToken=%22%3E%3Cb",
        "bad-format": "verb=ListRecords&metadataPrefix=marc",
        "no-record": "verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01",
        "no-id": "verb=GetRecord&identifier=oai:x&metadataPrefix=oai_dc",
    }
    queries |= {f"page-{name}": f"verb=ListRecords&metadataPrefix={name}" for name in PREFIXES}
    for name, query in queries.items():
        (tmp_path / f"{name}.xml").write_bytes((await nobody.get(f"/oai?{query}")).content)
    last = ElementTree.parse(tmp_path / "page-oai_dc.xml").find(f".//{OAI}resumptionToken")
    assert last is not None
    ended = await nobody.get("/oai", params={"verb": "ListRecords", "resumptionToken": str(last.text)})
    (tmp_path / "last.xml").write_bytes(ended.content)
    assert b'status="deleted"' in (tmp_path / "deletions.xml").read_bytes()
    one = await nobody.get(
        "/oai", params={"verb": "GetRecord", "identifier": f"{base}/id/module/m1", "metadataPrefix": "oai_dc"}
    )
    (tmp_path / "one.xml").write_bytes(one.content)
    # The judge is one: what breaks a rule is found.
    (tmp_path / "spoilt-order.xml").write_bytes(
        ended.content.replace(b"<datestamp>", b"<about/><datestamp>", 1)
    )
    (tmp_path / "spoilt-date.xml").write_bytes(ended.content.replace(b"Z</datestamp>", b"</datestamp>", 1))
    deleted = (tmp_path / "deletions.xml").read_bytes().replace(b' status="deleted"', b"", 1)
    (tmp_path / "spoilt-deletion.xml").write_bytes(deleted)
    said = await asyncio.to_thread(judged, request, tmp_path)
    spoilt = {name: wrong for name, wrong in said.items() if name.startswith("spoilt")}
    assert all(spoilt.values())
    assert len(spoilt) == 3
    assert {name: wrong for name, wrong in said.items() if wrong and name not in spoilt} == {}


def judged(request: pytest.FixtureRequest, folder: Path) -> dict[str, list[str]]:
    """What breaks the rules, by the name of the file."""
    python = environment(request.config, "exports") / "bin" / "python"
    here = Path(__file__).parent
    files = sorted(str(each) for each in folder.glob("*.xml"))
    argv = [str(python), str(here / "oai_judge.py"), str(here / "oai" / "oai_pmh.xsd"), *files]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


async def test_a_list_is_told_whole_over_a_restart_and_changes_by_the_second(
    platform: Platform, live: Live, nobody: httpx.AsyncClient, many: Callable[[int], Any]
) -> None:
    await many(250)
    client, seen, sizes = nobody, list[str](), list[str]()
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
    while True:
        root = await ask(client, **asked)
        seen += names(root)
        (token,) = root.iter(f"{OAI}resumptionToken")
        sizes.append(str(token.get("completeListSize")))
        if not token.text:
            break
        asked = {"verb": "ListIdentifiers", "resumptionToken": token.text}
        # Another process, which knows only the database and the key: as after a restart.
        other = application.web(Platform(platform.settings, platform.database, platform.objects), live)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(other), base_url=str(nobody.base_url))
    assert (len(seen), len(set(seen)), sizes) == (251, 251, ["251"] * 3)
    forged = str(asked["resumptionToken"])[:-2] + "AA"
    assert code(await ask(nobody, verb="ListIdentifiers", resumptionToken=forged)) == "badResumptionToken"
    stolen = await ask(nobody, verb="ListRecords", resumptionToken=asked["resumptionToken"])
    assert code(stolen) == "badResumptionToken"
    second = {"from_": "2026-01-01T00:00:02Z", "until": "2026-01-01T00:00:02Z"}
    found = names(await ask(nobody, verb="ListIdentifiers", metadataPrefix="oai_dc", **second))
    assert sorted(found) == sorted(f"m{n}" for n in range(100, 150) if n % 10)
    day = await ask(
        nobody, verb="ListIdentifiers", metadataPrefix="oai_dc", from_="2026-02-01", until="2026-02-01"
    )
    assert [each.get("status") for each in day.iter(f"{OAI}header")] == ["deleted"] * 25


@pytest.mark.slow
async def test_real_harvesters_take_ten_thousand_records(
    request: pytest.FixtureRequest, served_url: str, many: Callable[[int], Any]
) -> None:
    await many(10_000)
    python = environment(request.config, "exports") / "bin" / "python"
    argv = [
        str(python),
        str(Path(__file__).with_name("harvesters.py")),
        f"{served_url}/oai",
        "oai_dc",
        "2026-02-01",
    ]
    done = await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["since"] == said["scythe"]
    assert len(said["scythe"]) == 1_001
    assert (len(said["sickle"]), len(set(said["sickle"])), len(said["deleted"])) == (10_001, 10_001, 1_000)
    assert said["titles"] == ["Handwritten digits"]
