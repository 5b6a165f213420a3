"""Reading the log: who may, filters, pages, files, commands, and where from."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from fairhaven.audit.exporting import safe_cell
from fairhaven.audit.schemas import Filter
from fairhaven.core.facts import Fact, emit
from fairhaven.core.forwarded import GATEWAY_HEADER
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make

from .test_appending import number_all


class Renamed(Fact, kind="audit_test.renamed", about="thing", says="{actor} renamed it to {name}"):
    thing: UUID
    name: str
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


async def rename(
    platform: Platform, actor: Actor, name: str, *, thing: UUID | None = None, project: UUID | None = None
) -> UUID:
    async with platform.transaction(actor) as session:
        told = Renamed(
            thing=thing or new_id(), name=name, project=project, before={"name": "old"}, after={"name": name}
        )
        return await emit(session, told)


async def said(api: httpx.AsyncClient, **wanted: Any) -> list[str]:
    answer = await api.get("/api/v1/audit", params={"kind": "audit_test.renamed", **wanted})
    assert answer.status_code == 200, answer.text
    return [entry["data"]["name"] for entry in answer.json()["items"]]


async def test_everybody_reads_what_they_may(
    platform: Platform, api_for: Callable[..., Any], ada: Actor, grace: Actor, bob: Actor, project_id: UUID
) -> None:
    mary = await make.person(platform, "Mary", project_id, Role.MANAGER)
    await rename(platform, grace, "in the project", project=project_id)
    await rename(platform, bob, "elsewhere")
    await rename(platform, mary, "by mary")
    assert await said(await api_for(ada)) == ["by mary", "elsewhere", "in the project"]
    assert await said(await api_for(mary)) == ["by mary", "in the project"]
    assert await said(await api_for(grace)) == ["in the project"]
    assert await said(await api_for(bob)) == ["elsewhere"]
    assert (await (await api_for(None)).get("/api/v1/audit")).status_code == 401


async def test_a_line_of_somebody_else_is_not_there(
    platform: Platform, api_for: Callable[..., Any], grace: Actor, bob: Actor
) -> None:
    line = await rename(platform, bob, "mine")
    assert (await (await api_for(bob)).get(f"/api/v1/audit/{line}")).json()[
        "says"
    ] == "Bob renamed it to mine"
    assert (await (await api_for(grace)).get(f"/api/v1/audit/{line}")).status_code == 404
    for who, code in ((bob, 200), (grace, 404)):
        page = await (await api_for(who)).get(f"/audit/{line}", headers={"Accept": "text/html"})
        assert page.status_code == code
    export = await (await api_for(grace)).get("/api/v1/audit/export", params={"thing": str(line)})
    assert export.text == ""
    assert (await (await api_for(grace)).get("/api/v1/audit/verification")).status_code == 403


async def test_filters_find_what_was_meant(
    platform: Platform, api: httpx.AsyncClient, ada: Actor, grace: Actor, project_id: UUID
) -> None:
    thing = new_id()
    await rename(platform, ada, "100% cotton", thing=thing)
    await rename(platform, grace, "silk", project=project_id)
    assert await said(api, who="grace") == ["silk"]
    assert await said(api, who=str(ada.id)) == ["100% cotton"] == await said(api, who="me")
    assert await said(api, thing=str(thing)) == ["100% cotton"]
    assert await said(api, project=str(project_id)) == ["silk"]
    assert await said(api, text="0% COT") == ["100% cotton"]
    assert await said(api, kind="audit_test") == ["silk", "100% cotton"]
    assert await said(api, kind="audit") == []
    today = datetime.now(UTC)
    assert len(await said(api, since=today.date().isoformat(), until=today.date().isoformat())) == 2
    assert await said(api, until=(today - timedelta(days=1)).date().isoformat()) == []
    assert await said(api, since=(today + timedelta(days=1)).isoformat()) == []
    assert await said(api, since=(today - timedelta(minutes=5)).isoformat(), who="me") == ["100% cotton"]
    for wrong in ({"since": "yesterday"}, {"since": "0001-01-01"}, {"thing": "x"}, {"cursor": "!"}):
        assert (await api.get("/api/v1/audit", params=wrong)).status_code in (400, 422), wrong


def test_a_day_is_meant_as_a_whole() -> None:
    wanted = Filter.model_validate({"since": "2026-11-01", "until": "2026-11-01"})
    assert wanted.begin == datetime(2026, 11, 1, tzinfo=UTC) and wanted.end == datetime(
        2026, 11, 2, tzinfo=UTC
    )


async def test_pages_repeat_and_skip_nothing(platform: Platform, api: httpx.AsyncClient, ada: Actor) -> None:
    for number in range(7):
        await rename(platform, ada, str(number))
    found: list[str] = []
    cursor = None
    while True:
        params = {"kind": "audit_test.renamed", "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await api.get("/api/v1/audit", params=params)).json()
        found += [entry["data"]["name"] for entry in page["items"]]
        await rename(platform, ada, "meanwhile")
        if not (cursor := page["next"]):
            break
    assert found == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_fact_says_where_it_came_from(platform: Platform, api: httpx.AsyncClient) -> None:
    vouched = {GATEWAY_HEADER: platform.gateway_secret, "X-Forwarded-For": "198.51.100.7"}
    for headers, address in (
        (vouched, "198.51.100.7"),
        ({"X-Forwarded-For": "198.51.100.8"}, "127.0.0.1"),
        ({GATEWAY_HEADER: "guessed", "X-Forwarded-For": "198.51.100.9"}, "127.0.0.1"),
        ({**vouched, "X-Forwarded-For": "6.6.6.6, 198.51.100.7"}, "198.51.100.7"),
    ):
        made = await api.post("/api/v1/tokens", json={"name": "t"}, headers=headers)
        assert made.status_code == 201
        newest = (await api.get("/api/v1/audit", params={"kind": "token.created", "limit": 1})).json()[
            "items"
        ][0]
        assert (newest["address"], newest["request"]) == (address, made.headers["x-request-id"])


async def test_the_export_is_a_file_of_every_line(
    platform: Platform, api: httpx.AsyncClient, ada: Actor, tmp_path: Path
) -> None:
    for name in ('=HYPERLINK("http://evil")', "+1", "plain", 'a,b\n"c"'):
        await rename(platform, ada, name)
    await number_all(platform)
    answer = await api.get("/api/v1/audit/export", params={"format": "csv", "kind": "audit_test"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [json.loads(row["data"])["name"] for row in rows][2:] == ["plain", 'a,b\n"c"']
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    lines = [json.loads(line) for line in (await api.get("/api/v1/audit/export")).text.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["fact"]["data"]["name"] == 'a,b\n"c"'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "|x", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'") and safe_cell("plain =") == "plain ="


async def test_commands_list_export_and_verify(
    platform: Platform, command: Callable[..., Any], ada: Actor, bob: Actor, tmp_path: Path
) -> None:
    await rename(platform, ada, "by command")
    await number_all(platform)
    assert "renamed it to by command" in await command("audit", "list", "--kind", "audit_test")
    told = json.loads(await command("audit", "list", "--who", "me", "--json"))
    assert told[0]["actor_id"] == str(ada.id)
    assert "since" in await command("audit", "list", "--since", "yesterday", code=1)
    await number_all(platform)
    file = tmp_path / "audit.jsonl"
    await command("audit", "export", "-o", str(file))
    end = (await command("audit", "verify")).split()[-1]
    assert "follow from one another" in await command("audit", "verify", str(file))
    assert "follow from one another" in await command("audit", "verify", "--expect", end)
    wrong = end.partition(":")[0] + ":" + "f" * 64
    assert "another one" in await command("audit", "verify", "--expect", wrong, code=1)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert "Line 2 was removed." in await command("audit", "verify", str(file), code=1)
    file.write_bytes(lines[0].replace(b"fairhaven", b"somebody") + b"".join(lines[1:]))
    assert "Line 1 was changed" in await command("audit", "verify", str(file), code=1)
    assert "Not allowed" in await command("audit", "verify", actor=bob, code=1)


async def test_a_large_export_does_not_wait_for_its_end(
    platform: Platform, api: httpx.AsyncClient, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fairhaven.audit import service

    monkeypatch.setattr(service, "PIECE", 3)
    for number in range(8):
        await rename(platform, ada, str(number))
    await number_all(platform)
    answer = await api.get("/api/v1/audit/export", params={"kind": "audit_test", "who": "me"})
    assert [json.loads(line)["fact"]["data"]["name"] for line in answer.text.splitlines()] == list("01234567")


async def test_the_pages_show_what_happened(platform: Platform, api: httpx.AsyncClient, ada: Actor) -> None:
    line = await rename(platform, ada, "<b>bold</b>")
    await number_all(platform)
    html = {"Accept": "text/html"}
    page = await api.get("/audit?kind=audit_test&who=&thing=", headers=html)
    assert page.status_code == 200 and "renamed it to &lt;b&gt;bold" in page.text
    assert "form=csv&amp;kind=audit_test" in page.text
    detail = await api.get(f"/audit/{line}", headers=html)
    assert "What changed" in detail.text and "&#34;old&#34;" in detail.text
    wrong = await api.get("/audit?since=yesterday&thing=x", headers=html)
    assert wrong.status_code == 422 and 'href="#field-since"' in wrong.text
    checked = await api.get("/audit/verification", headers=html)
    assert "follow from one another" in checked.text
    file = await api.get("/audit/export?form=jsonl&kind=audit_test", headers=html)
    assert file.text.count("\n") == 1
