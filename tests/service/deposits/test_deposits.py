"""A release goes to a depository, whatever happens on the way, and comes back with its DOI."""

import asyncio
import json
import multiprocessing
import os
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from sqlalchemy import select
from tests.service.deposits import worker
from tests.service.deposits.conftest import seen

from fairhaven.catalog import service
from fairhaven.catalog.models import DepositRow
from fairhaven.catalog.schemas import Deposit, DepositState, Release, SourceSpec, Step
from fairhaven.catalog.service.deposits.asking import AlreadyDeposited, DepositNotReady, TokenMissing
from fairhaven.core.errors import NotAllowed, NotFound
from fairhaven.core.facts import FactRow
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import invenio, make, servers
from fairhaven.core.testing.jobs import drain
from fairhaven.secrets import service as secrets

pytestmark = pytest.mark.usefixtures("token")

Released = Callable[[str], Awaitable[Release]]
Begun = Callable[..., Awaitable[Deposit]]


async def test_a_release_is_deposited_with_its_files_and_gets_a_doi(
    platform: Platform, api: httpx.AsyncClient, released: Released, there: invenio.Served
) -> None:
    release = await released("1.0.0")
    spec = {"release_id": str(release.id), "depository": "archive", "publish": True}
    begun = await api.post("/api/v1/deposits", json=spec)
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    await drain(platform)
    told = (await api.get(f"/api/v1/deposits/{begun.json()['id']}")).json()
    [record] = there.public
    concept = f"10.5072/invenio.{record.parent}"
    assert (told["state"], told["step"], told["done"], told["problem"]) == ("published", "doi", 4, None)
    assert (told["doi"], told["concept_doi"]) == (record.doi, concept)
    assert set(record.files) == {
        "finder-1.0.0.tar.gz", "ai4-metadata.yml", "CITATION.cff", "ro-crate-metadata.json",
    }  # fmt: skip
    crate = json.loads(record.files["ro-crate-metadata.json"].content or b"")
    [root] = [each for each in crate["@graph"] if each["@id"] == "./"]
    assert root["sameAs"] == {"@id": f"https://doi.org/{record.doi}"}
    assert yaml.safe_load(record.files["CITATION.cff"].content or b"")["doi"] == record.doi

    async def cited(path: str) -> Any:
        return (await api.get(path, params={"format": "datacite-json"})).json()["doi"]

    assert await cited("/id/module/finder@1.0.0") == record.doi
    assert await cited("/id/module/finder") == concept
    again = (await api.get(f"/api/v1/releases/{release.id}")).json()
    assert (again["doi"], (await api.get("/api/v1/modules/finder")).json()["doi"]) == (record.doi, concept)
    assert (await api.post("/api/v1/deposits", json=spec)).status_code == 409


async def test_the_record_says_what_the_module_says(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    await _carried(platform, ada, await begun(await released("1.0.0")))
    [record] = there.public
    said = record.metadata
    assert (said["title"], said["resource_type"], said["rights"]) == (
        "Finder of plankton", {"id": "software"}, [{"id": "apache-2.0"}],
    )  # fmt: skip
    assert said["description"] == "<p>It finds <em>plankton</em>, and <b>says</b> where.</p>"
    ada_there, grace_there, society = said["creators"]
    assert ada_there["person_or_org"] == {
        "type": "personal", "family_name": "Lovelace", "given_name": "Ada",
        "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
    }  # fmt: skip
    # One place is not in its vocabulary: then all are named by their words.
    assert ada_there["affiliations"] == [{"name": "CERN"}]
    assert grace_there["person_or_org"]["given_name"] == "Grace"
    assert society["person_or_org"]["identifiers"] == [{"scheme": "ror", "identifier": "05gq02987"}]
    related = {each["relation_type"]["id"]: each["identifier"] for each in said["related_identifiers"]}
    assert related == {
        "issupplementto": "https://github.com/analytical/finder",
        "isdocumentedby": "https://finder.example.org/docs",
        "isdescribedby": "10.1234/plankton",
    }
    assert there.deeds.count("update") == 2


async def test_a_developers_draft_waits_for_a_manager(
    platform: Platform,
    project_id: UUID,
    ada: Actor,
    grace: Actor,
    bob: Actor,
    released: Released,
    begun: Begun,
    there: invenio.Served,
) -> None:
    release = await released("1.0.0")
    with pytest.raises(NotAllowed):
        await begun(release, publish=True, actor=grace)
    made = await begun(release, publish=False, actor=grace)
    await service.carry_on(platform, made.id)
    waiting = await seen(platform, made, grace)
    assert (waiting.state, waiting.step, len(there.drafts)) == (DepositState.DRAFTED, Step.PUBLISH, 1)
    assert waiting.doi == there.drafts[0].doi
    with pytest.raises(NotFound):
        await seen(platform, made, bob)
    async with platform.transaction(grace) as session:
        with pytest.raises(NotAllowed, match="manager"):
            await service.approve_deposit(session, grace, made.id)
    lin = await make.person(platform, "Lin", project_id, Role.MANAGER)
    async with platform.transaction(lin) as session:
        await service.approve_deposit(session, lin, made.id)
    before = len(there.deeds)
    await service.carry_on(platform, made.id)
    assert there.deeds[before:] == ["read", "publish"]
    assert (await seen(platform, made, bob)).state is DepositState.PUBLISHED
    async with platform.transaction() as session:
        kinds = list(await session.scalars(select(FactRow.kind).order_by(FactRow.seq)))
    told = [each for each in kinds if each.startswith("deposit.") and each != "deposit.advanced"]
    assert told == ["deposit.started", "deposit.approved", "deposit.published"]


async def test_the_next_release_is_the_next_version_and_one_draft_is_open_at_a_time(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served, folder: Path
) -> None:
    first = await begun(await released("1.0.0"))
    await _carried(platform, ada, first)
    (folder / "README.md").write_text("# Finder, better\n")
    second = await begun(await released("1.1.0"), publish=False)
    await service.carry_on(platform, second.id)
    with pytest.raises(AlreadyDeposited, match=r"Release 1\.1\.0 has an open one"):
        (folder / "README.md").write_text("# Finder, best\n")
        await begun(await released("1.2.0"))
    async with platform.transaction(ada) as session:
        await service.approve_deposit(session, ada, second.id)
    await service.carry_on(platform, second.id)
    one, two = await seen(platform, first, ada), await seen(platform, second, ada)
    assert (one.concept_doi == two.concept_doi, one.doi == two.doi) == (True, False)
    newest = there.records[next(each.id for each in there.public if each.doi == two.doi)]
    relations = {
        each["relation_type"]["id"]: each["identifier"] for each in newest.metadata["related_identifiers"]
    }
    assert relations["isnewversionof"] == one.doi
    assert "new_version" in there.deeds


@pytest.mark.parametrize("fault", [invenio.Fault.BEFORE, invenio.Fault.AFTER])
async def test_whatever_call_fails_or_loses_its_answer_it_goes_on_and_makes_one_record(
    platform: Platform,
    ada: Actor,
    released: Released,
    begun: Begun,
    there: invenio.Served,
    fault: invenio.Fault,
) -> None:
    release = await released("1.0.0")
    await _carried(platform, ada, await begun(release))
    asked = list(there.deeds)
    assert len(asked) > 20
    for number in [asked.index(deed) for deed in dict.fromkeys(asked)]:
        await _afresh(platform, there)
        there.fault = lambda nth, _, wanted=number: fault if nth == wanted else None  # type: ignore[misc]
        made = await begun(release)
        with pytest.raises(service.TriedAgain):
            await service.carry_on(platform, made.id)
        waiting = await seen(platform, made, ada)
        assert (waiting.state, waiting.failures) == (DepositState.RUNNING, 1), there.deeds
        await service.carry_on(platform, made.id)
        done = await seen(platform, made, ada)
        assert (done.state, len(there.records), done.doi) == (
            DepositState.PUBLISHED, 1, there.public[0].doi,
        ), there.deeds  # fmt: skip
        assert (there.deeds.count("publish"), done.failures) <= (2, 0)


async def _carried(platform: Platform, actor: Actor, deposit: Deposit) -> Deposit:
    await service.carry_on(platform, deposit.id)
    found = await seen(platform, deposit, actor)
    assert found.state is DepositState.PUBLISHED, found.problem
    return found


async def _afresh(platform: Platform, there: invenio.Served) -> None:
    """Nothing was deposited yet, neither here nor there."""
    there.records.clear()
    there.deeds.clear()
    async with platform.transaction() as session:
        for row in await session.scalars(select(DepositRow)):
            await session.delete(row)


async def test_a_draft_whose_making_got_no_answer_is_waited_for_until_it_can_be_found(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    release = await released("1.0.0")
    patient = [each.model_copy(update={"settles": 60.0}) for each in platform.settings.depositories]
    platform.settings = platform.settings.model_copy(update={"depositories": patient})
    there.indexes = False
    there.fault = lambda _, deed: invenio.Fault.AFTER if deed == "create" else None
    made = await begun(release)
    for _ in range(3):
        with pytest.raises(service.TriedAgain):
            await service.carry_on(platform, made.id)
    assert there.deeds == ["search", "create"]  # and nothing more: it does not make a second
    there.index()
    async with platform.transaction() as session:
        (await session.get_one(DepositRow, made.id)).asked_at = None  # a minute went by
    await _carried(platform, ada, made)
    assert (there.deeds.count("create"), len(there.records)) == (1, 1)


async def test_failures_are_told_and_end_it_after_some_while(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    made = await begun(await released("1.0.0"))
    there.fault = lambda _, deed: invenio.Fault.BUSY if deed == "put_file" else None
    for tries in range(1, 10):
        with pytest.raises(service.TriedAgain):
            await service.carry_on(platform, made.id)
        waiting = await seen(platform, made, ada)
        assert (waiting.failures, waiting.step, "503" in (waiting.problem or "")) == (tries, Step.FILES, True)
    await service.carry_on(platform, made.id)
    assert (await seen(platform, made, ada)).state is DepositState.FAILED
    there.fault = lambda number, deed: invenio.Fault.ERROR if deed == "publish" else None
    async with platform.transaction(ada) as session:
        await service.retry_deposit(session, ada, made.id)
    with pytest.raises(service.TriedAgain):  # it was published, and 500 was said all the same
        await service.carry_on(platform, made.id)
    await _carried(platform, ada, made)
    assert len(there.records) == 1


@pytest.mark.parametrize("fault", [invenio.Fault.SILENT_BEFORE, invenio.Fault.SILENT_AFTER])
async def test_no_answer_to_a_publication_is_no_second_one(
    platform: Platform,
    ada: Actor,
    released: Released,
    begun: Begun,
    there: invenio.Served,
    fault: invenio.Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform.drivers["depositories"]["archive"]._http, "_seconds", 0.3)
    made = await begun(await released("1.0.0"))
    there.fault = lambda _, deed: fault if deed == "publish" and deed not in there.deeds else None
    with pytest.raises(service.TriedAgain, match=r"no answer within 0\.3 s"):
        await service.carry_on(platform, made.id)
    await _carried(platform, ada, made)
    assert (len(there.public), len(there.records)) == (1, 1)


async def test_what_the_depository_refuses_fails_with_its_words(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    there.scopes = {"deposit:write"}
    made = await begun(await released("1.0.0"))
    await service.carry_on(platform, made.id)
    failed = await seen(platform, made, ada)
    assert failed.state is DepositState.FAILED
    assert "Permission denied." in (failed.problem or "")
    assert "deposit:actions" in (failed.problem or "")
    there.token = "another"
    async with platform.transaction(ada) as session:
        await service.retry_deposit(session, ada, made.id)
    await service.carry_on(platform, made.id)
    assert "could not verify" in ((await seen(platform, made, ada)).problem or "")


async def test_metadata_that_is_not_enough_is_named_field_by_field(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served, folder: Path
) -> None:
    file = folder / "ai4-metadata.yml"
    file.write_text(file.read_text().replace("license: Apache-2.0", "license: ZPL-2.1"))
    made = await begun(await released("1.0.0"))
    await service.carry_on(platform, made.id)
    failed = await seen(platform, made, ada)
    assert failed.state is DepositState.FAILED
    assert "metadata.rights.0.id: Invalid value zpl-2.1." in (failed.problem or "")
    assert await _discarded(platform, ada, made) is DepositState.DISCARDED
    assert not there.records


async def test_a_draft_that_was_published_by_hand_is_not_discarded(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    made = await begun(await released("1.0.0"), publish=False)
    await service.carry_on(platform, made.id)
    there.publish(there.drafts[0].id)
    with pytest.raises(DepositNotReady, match="published already"):
        await _discarded(platform, ada, made)
    assert (await seen(platform, made, ada)).state is DepositState.PUBLISHED


async def test_a_draft_that_was_thrown_away_there_is_made_anew(
    platform: Platform, ada: Actor, released: Released, begun: Begun, there: invenio.Served
) -> None:
    made = await begun(await released("1.0.0"), publish=False)
    await service.carry_on(platform, made.id)
    there.discard(there.drafts[0].id)
    async with platform.transaction(ada) as session:
        await service.approve_deposit(session, ada, made.id)
    await service.carry_on(platform, made.id)
    assert "404" in ((await seen(platform, made, ada)).problem or "")
    async with platform.transaction(ada) as session:
        await service.retry_deposit(session, ada, made.id)
    await _carried(platform, ada, made)


async def _discarded(platform: Platform, actor: Actor, deposit: Deposit) -> DepositState:
    return (await service.discard_deposit(platform, actor, deposit.id)).state


async def test_without_the_projects_token_nothing_begins(
    platform: Platform, ada: Actor, project_id: UUID, released: Released, begun: Begun
) -> None:
    release = await released("1.0.0")
    async with platform.transaction(ada) as session:
        await secrets.delete(session, ada, secrets.of_project(project_id), "deposit-token")
    with pytest.raises(TokenMissing, match="The Archive") as missing:
        await begun(release)
    assert "`deposit-token`" in (missing.value.remedy or "")


async def test_the_metadata_file_gets_a_change_that_git_applies(
    platform: Platform, ada: Actor, released: Released, begun: Begun, folder: Path
) -> None:
    made = await begun(await released("1.0.0"))
    with pytest.raises(DepositNotReady):
        await service.proposal(platform, ada, made.id)
    done = await _carried(platform, ada, made)
    proposed = await service.proposal(platform, ada, made.id)
    assert (proposed.doi, "# Who reads this file?" in proposed.text) == (done.concept_doi, True)
    argv = ["git", "apply", "-"]
    subprocess.run(argv, cwd=folder, input=proposed.patch, text=True, check=True)  # noqa: ASYNC221
    assert (folder / "ai4-metadata.yml").read_text() == proposed.text
    inspected = await service.inspect(platform, SourceSpec(url=str(folder)))
    assert inspected.metadata.doi == done.concept_doi


@pytest.mark.parametrize("deed", ["create", "commit_file", "update", "publish"])
async def test_killed_in_the_middle_of_a_call_it_goes_on_and_makes_one_record(
    platform: Platform,
    database_url: str,
    ada: Actor,
    released: Released,
    begun: Begun,
    there: invenio.Served,
    deed: str,
) -> None:
    made = await begun(await released("1.0.0"))
    there.fault = lambda _, asked: (
        invenio.Fault.SILENT_AFTER if asked == deed and deed not in there.deeds else None
    )
    given = (platform.settings.model_dump_json(), database_url, os.environ[servers.OBJECTS], str(made.id))
    process = await asyncio.to_thread(_started, given)
    assert await asyncio.to_thread(there.waiting.wait, 20), process.exitcode
    process.kill()
    await asyncio.to_thread(process.join)
    await _carried(platform, ada, made)
    assert (len(there.public), len(there.records), there.deeds.count("create")) == (1, 1, 1)


def _started(given: tuple[str, ...]) -> Any:
    """A process of its own: a copy of one that has read all the code already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["fairhaven.app", "tests.service.deposits.worker"])
    process = context.Process(target=worker.carry_on, args=given)
    process.start()
    return process
