"""The catalog through its services and its REST: registering, finding, following, releasing, removing."""

import hashlib
import hmac
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from fairhaven.catalog import service, tasks
from fairhaven.catalog.schemas import Module, NewRelease, Sort, SourceSpec, Visibility
from fairhaven.core.errors import NotAllowed, NotFound, SignInNeeded
from fairhaven.core.facts import FactRow
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor
from fairhaven.core.sealing import KeyFile
from fairhaven.core.sources import FoldersNotAllowed, NoMetadata, RepositoryNotFound

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
METADATA = "ai4-metadata.yml"


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A folder of the example's files that a test may change."""
    folder = tmp_path / "digits"
    folder.mkdir()
    shutil.copy(EXAMPLES / "digits" / METADATA, folder)
    return folder


@pytest.fixture
async def register(platform: Platform, ada: Actor, project_id: UUID) -> Callable[..., Any]:
    async def register(folder: Path, **kwargs: Any) -> Module:
        spec = SourceSpec(url=str(folder))
        inspected = await service.inspect(platform, spec)
        async with platform.transaction(ada) as session:
            return await service.register(session, ada, project_id, spec, inspected, **kwargs)

    return register


async def kinds(platform: Platform) -> list[str]:
    async with platform.transaction() as session:
        told = await session.scalars(select(FactRow.kind).order_by(FactRow.seq))
        return [kind for kind in told if kind.startswith(("module.", "release."))]


def release_of(module: Module, **changes: Any) -> NewRelease:
    given = {
        "module_id": module.id,
        "version": "1.0.0",
        "commit": module.commit,
        "digest": "d1",
        "bundle": "b1",
    }
    return NewRelease(**{**given, **changes})


async def test_a_folder_becomes_a_module_named_like_it_and_the_fact_is_told(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    assert (made.name, made.title, made.valid) == ("digits", "Handwritten digits", True)
    assert made.visibility is Visibility.PUBLIC
    assert made.commit.startswith("sha256-")
    assert made.libraries == ["Scikit-learn"]
    assert await kinds(platform) == ["module.registered"]
    async with platform.transaction() as session:
        assert await service.module(session, ANONYMOUS, "digits") == made


async def test_the_same_source_twice_names_the_module_that_has_it(
    register: Callable[..., Any], digits: Path
) -> None:
    await register(digits)
    with pytest.raises(service.AlreadyRegistered, match="`digits`"):
        await register(digits)


async def test_two_repositories_of_one_name_get_two_names(
    register: Callable[..., Any], digits: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "digits"
    shutil.copytree(digits, other)
    assert [(await register(digits)).name, (await register(other)).name] == ["digits", "digits-2"]


@pytest.mark.parametrize(("folder", "name"), [("new", "new-module"), ("Ünï cöde!", "n-c-de"), ("...x", "x")])
async def test_a_name_fits_into_a_url(
    register: Callable[..., Any], digits: Path, tmp_path: Path, folder: str, name: str
) -> None:
    shutil.move(digits, tmp_path / folder)
    assert (await register(tmp_path / folder)).name == name


async def test_broken_metadata_is_refused_with_every_error_and_its_line(
    platform: Platform, digits: Path
) -> None:
    text = (digits / METADATA).read_text().replace("title: Handwritten digits", "title: ''")
    (digits / METADATA).write_text(text.replace("created: '2026-11-22'", "created: yesterday"))
    with pytest.raises(service.MetadataInvalid) as caught:
        await service.inspect(platform, SourceSpec(url=str(digits)))
    fields = [error.field for error in caught.value.errors]
    assert len(fields) == 2
    assert fields[0] == f"{METADATA}:2"


async def test_only_developers_register_and_only_administrators_name_folders_or_ssh(
    platform: Platform, grace: Actor, bob: Actor, ada: Actor, project_id: UUID, digits: Path
) -> None:
    web = SourceSpec(url="https://git.example.org/a/b")
    async with platform.transaction() as session:
        await service.check_may_register(session, grace, project_id, web)
        for actor, spec in (
            (bob, web),
            (grace, SourceSpec(url=str(digits))),
            (grace, SourceSpec(url="git@h:a/b")),
        ):
            with pytest.raises(NotAllowed):
                await service.check_may_register(session, actor, project_id, spec)
        with pytest.raises(SignInNeeded):
            await service.check_may_register(session, ANONYMOUS, project_id, web)
        await service.check_may_register(session, ada, project_id, SourceSpec(url=str(digits)))


async def test_a_module_of_a_project_does_not_exist_for_others(
    platform: Platform, register: Callable[..., Any], digits: Path, bob: Actor, grace: Actor
) -> None:
    made = await register(digits, visibility=Visibility.PROJECT)
    async with platform.transaction() as session:
        new = await service.publish(session, release_of(made))
    async with platform.transaction() as session:
        for stranger in (bob, ANONYMOUS):
            assert not (await service.modules(session, stranger)).items
            assert (await service.facets(session, stranger)).total == 0
            for question in (
                service.module(session, stranger, "digits"),
                service.releases(session, stranger, "digits"),
                service.release(session, stranger, new.id),
                service.remove(session, stranger, "digits"),
            ):
                with pytest.raises(NotFound):
                    await question
        assert (await service.module(session, grace, "digits")).id == made.id
        assert [each.name for each in (await service.modules(session, grace)).items] == ["digits"]


async def test_a_changed_source_is_seen_once_and_its_text_follows(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    text = (digits / METADATA).read_text()
    (digits / METADATA).write_text(text.replace("title: Handwritten digits", "title: Written digits"))
    for _ in range(2):
        await tasks.look(platform, module_id=str(made.id))
    async with platform.transaction() as session:
        now = await service.module(session, ada, "digits")
        found = await service.modules(session, ada, q="written")
    assert (now.title, now.commit != made.commit) == ("Written digits", True)
    assert [each.title for each in found.items] == ["Written digits"]
    assert await kinds(platform) == ["module.registered", "module.changed"]


async def test_a_commit_with_broken_metadata_keeps_the_text_and_is_marked(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    (digits / METADATA).unlink()
    await tasks.look(platform, module_id=str(made.id))
    async with platform.transaction() as session:
        now = await service.module(session, ada, "digits")
    assert (now.title, now.valid) == (made.title, False)
    assert METADATA in now.problems[0].message


async def test_a_commit_with_errors_is_mended_from_its_own_file(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    wrong = (digits / METADATA).read_text() + "# the newest line\nlicence: [MIT\n"
    (digits / METADATA).write_text(wrong)
    await tasks.look(platform, module_id=str(made.id))
    async with platform.transaction() as session:
        assert (await service.module(session, ada, "digits")).valid is False
        assert await service.metadata_file(session, ada, "digits") == wrong


async def test_a_source_that_is_gone_is_noted_and_looked_at_less_often(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    shutil.rmtree(digits)
    await tasks.poll(platform)
    async with platform.transaction() as session:
        now = await service.module(session, ada, "digits")
        assert "no such repository" in (now.check_problem or "")
        assert now.commit == made.commit
        assert not await service.claim_due(session, interval=60, limit=10)


async def test_an_item_of_a_catalog_elsewhere_is_asked_for_each_hour_at_most(
    platform: Platform, register: Callable[..., Any], digits: Path
) -> None:
    made = await register(digits)
    wait = text("select next_check_at - checked_at from modules")
    for source, expected in ((str(digits), 60), ("huggingface+https://huggingface.co#google/vit", 3600)):
        async with platform.transaction() as session:
            await session.execute(text("update modules set source = :source"), {"source": source})
            await service.apply_look(session, made.id, service.Look(), interval=60)
            await session.flush()
            assert (await session.scalar(wait)).total_seconds() == expected


async def test_words_phrases_exclusions_beginnings_and_facets_narrow_the_list(
    platform: Platform, register: Callable[..., Any], ada: Actor
) -> None:
    for name in ("digits", "coins"):
        await register(EXAMPLES / name)
    async with platform.transaction() as session:

        async def names(q: str = "", **facets: list[str]) -> list[str]:
            return [each.name for each in (await service.modules(session, ada, q=q, facets=facets)).items]

        assert await names("handwritten") == ["digits"]
        assert await names("handwr") == ["digits"]
        assert await names('"handwritten digit"') == ["digits"]
        assert await names("-handwritten") == ["coins"]
        assert await names("zebra") == []
        assert await names(tasks=["Classification"]) == ["digits"]
        assert (
            sorted(await names(libraries=["Scikit-learn", "Scikit-image"], data_type=["Image"]))[-1]
            == "digits"
        )
        assert await names(unknown=["x"], tags=["no such"]) == []
        for odd in ("\x00", "'", ":*", "\\", "((", '"', "-", "!!", "a" * 500, "the", "<script>", "\ud800"):
            await names(odd)
            await service.facets(session, ada, odd, {"tags": [odd]})


async def test_facets_count_what_choosing_each_value_would_leave(
    platform: Platform, register: Callable[..., Any], ada: Actor
) -> None:
    for name in ("digits", "coins"):
        await register(EXAMPLES / name)
    async with platform.transaction() as session:
        counted = await service.facets(session, ada, "", {"libraries": ["Scikit-learn"]})
        assert counted.total == 1
        assert {each.value for each in counted.groups["libraries"]} > {"Scikit-learn"}
        assert {each.value: each.count for each in counted.groups["data_type"]} == {"Image": 1}


@pytest.mark.parametrize("sort", [None, *Sort])
async def test_pages_neither_repeat_nor_skip(
    platform: Platform,
    register: Callable[..., Any],
    digits: Path,
    ada: Actor,
    tmp_path: Path,
    sort: Sort | None,
) -> None:
    for number in range(7):
        await register(Path(shutil.copytree(digits, tmp_path / f"model-{number}")))
    seen, cursor = [], None
    async with platform.transaction() as session:
        while True:
            page = await service.modules(session, ada, q="digits", sort=sort, limit=3, cursor=cursor)
            seen += [each.name for each in page.items]
            if (cursor := page.next) is None:
                break
    assert sorted(seen) == [f"model-{number}" for number in range(7)]
    assert sort is not Sort.NAME or seen == sorted(seen)


async def test_a_release_is_published_once_and_its_version_is_its_own(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    async with platform.transaction() as session:
        first = await service.publish(session, release_of(made))
        again = await service.publish(session, release_of(made))
        other = await service.publish(session, release_of(made, commit="sha256-abcdef0123", digest="d2"))
    assert (again, other.version) == (first, "1.0.0+abcdef01")
    assert (await kinds(platform)).count("release.published") == 2
    async with platform.transaction() as session:
        assert [each.id for each in await service.releases(session, ada, "digits")] == [other.id, first.id]
        latest = (await service.module(session, ada, "digits")).latest_release
        listed = (await service.modules(session, ada)).items[0].latest_release
    assert latest == other
    assert listed and listed.version == other.version


async def test_a_removed_module_leaves_its_releases_and_frees_its_name(
    platform: Platform, register: Callable[..., Any], digits: Path, ada: Actor
) -> None:
    made = await register(digits)
    async with platform.transaction() as session:
        published = await service.publish(session, release_of(made))
    async with platform.transaction(ada) as session:
        await service.remove(session, ada, "digits")
    async with platform.transaction() as session:
        with pytest.raises(NotFound):
            await service.module_by_id(session, made.id)
        with pytest.raises(NotFound):
            await service.release(session, ada, published.id)
        assert (await service.release_by_id(session, published.id)).module == "digits"
    assert (await register(digits)).name == "digits"


async def test_bad_sources_are_told_apart(platform: Platform, tmp_path: Path) -> None:
    for url, problem in ((tmp_path / "gone", RepositoryNotFound), (tmp_path, NoMetadata)):
        with pytest.raises(problem):
            await service.inspect(platform, SourceSpec(url=str(url)))
    platform.settings = platform.settings.model_copy(update={"local_folders": False})
    with pytest.raises(FoldersNotAllowed):
        await service.inspect(platform, SourceSpec(url=str(tmp_path)))


async def test_the_journey_by_rest(api: httpx.AsyncClient, digits: Path) -> None:
    key = {"Idempotency-Key": "one"}
    made = await api.post("/api/v1/modules", json={"url": str(digits)}, headers=key)
    assert made.status_code == 201
    again = await api.post("/api/v1/modules", json={"url": str(digits)}, headers=key)
    assert again.json() == made.json()
    conflict = await api.post("/api/v1/modules", json={"url": str(digits)})
    assert (conflict.status_code, "`digits`" in conflict.json()["detail"]) == (409, True)
    read = await api.get("/api/v1/modules/digits")
    fresh = await api.get("/api/v1/modules/digits", headers={"If-None-Match": read.headers["ETag"]})
    assert (read.json()["title"], fresh.status_code) == ("Handwritten digits", 304)
    listed = await api.get("/api/v1/modules", params={"q": "digits", "tasks": ["Classification"]})
    assert [each["name"] for each in listed.json()["items"]] == ["digits"]
    assert (await api.get("/api/v1/module-facets")).json()["total"] == 1
    assert (await api.post("/api/v1/modules/digits/check")).json()["check_problem"] is None
    assert (await api.get("/api/v1/modules/digits/releases")).json() == []
    assert (await api.delete("/api/v1/modules/digits")).status_code == 204
    assert (await api.get("/api/v1/modules/digits")).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJ4Il0", "W10", "WzEsMl0", "e30"])
async def test_a_foreign_cursor_is_refused(api: httpx.AsyncClient, cursor: str) -> None:
    for sort in ("relevance", "newest"):
        answer = await api.get("/api/v1/modules", params={"cursor": cursor, "q": "a", "sort": sort})
        assert answer.status_code == 400


async def test_a_push_is_believed_only_with_the_secret(
    api: httpx.AsyncClient, api_for: Callable[..., Any], digits: Path, bob: Actor
) -> None:
    await api.post("/api/v1/modules", json={"url": str(digits)})
    hook = (await api.get("/api/v1/modules/digits/hook")).json()
    nobody = await api_for(None)
    body = b'{"ref": "refs/heads/main"}'
    signed = "sha256=" + hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()

    async def push(name: str = "digits", **headers: str) -> int:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return int(
            (await nobody.post(f"/api/v1/modules/{name}/hook", content=body, headers=sent)).status_code
        )

    assert await push(x_hub_signature_256=signed) == 202
    assert await push(authorization=f"Bearer {hook['secret']}") == 202
    assert await push() == 401
    assert await push(x_hub_signature_256="sha256=" + "0" * 64) == 401
    assert await push(authorization="Bearer wrong") == 401
    assert await push("unknown", authorization=f"Bearer {hook['secret']}") == 401
    stranger = await api_for(bob)
    assert (await stranger.get("/api/v1/modules/digits/hook")).status_code == 403


async def test_a_hook_has_another_secret_after_a_rotation(
    platform: Platform, api: httpx.AsyncClient, api_for: Callable[..., Any], digits: Path, grace: Actor
) -> None:
    await api.post("/api/v1/modules", json={"url": str(digits)})
    nobody, address = await api_for(None), "/api/v1/modules/digits/hook"

    async def push(secret: str) -> int:
        answer = await nobody.post(address, headers={"Authorization": f"Bearer {secret}"})
        return int(answer.status_code)

    first = (await api.get(address)).json()["secret"]
    assert (await api.get(address)).json()["secret"] == first
    second = (await (await api_for(grace)).post(f"{address}/rotate")).json()["secret"]
    assert [await push(first), await push(second)] == [401, 202]
    assert (await api.post("/catalog/digits/hook/rotate")).status_code == 303
    third = (await api.get(address)).json()["secret"]
    assert [await push(second), await push(third)] == [401, 202]


async def test_the_secret_of_a_hook_is_kept_nowhere(
    platform: Platform, api: httpx.AsyncClient, digits: Path
) -> None:
    await api.post("/api/v1/modules", json={"url": str(digits)})
    secret = (await api.get("/api/v1/modules/digits/hook")).json()["secret"]
    async with platform.transaction() as session:
        row = await session.scalar(text("SELECT modules::text FROM modules"))
    assert secret not in row
    assert (await platform.keys.newest()).id in row


async def test_a_hook_outlives_the_rotation_of_keys_and_not_their_loss(
    platform: Platform, api: httpx.AsyncClient, digits: Path
) -> None:
    await api.post("/api/v1/modules", json={"url": str(digits)})
    address = "/api/v1/modules/digits/hook"
    first = (await api.get(address)).json()["secret"]
    keys = platform.data / "secrets" / "keys"
    KeyFile(keys, ours=True).turn()
    assert (await api.get(address)).json()["secret"] == first
    keys.unlink()
    answer = await api.get(address)
    assert answer.status_code == 502
    assert str(platform.data) not in answer.text


async def test_a_pushed_commit_is_seen(platform: Platform, api: httpx.AsyncClient, digits: Path) -> None:
    def git(*arguments: str) -> None:
        given = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *given, *arguments], cwd=digits, check=True, capture_output=True)

    git("init")
    git("add", "--all")
    git("commit", "-m", "first")
    made = (await api.post("/api/v1/modules", json={"url": f"file://{digits}"})).json()
    git("commit", "--allow-empty", "-m", "second")
    await tasks.look(platform, module_id=made["id"])
    assert (await api.get("/api/v1/modules/digits")).json()["commit"] != made["commit"]
    assert await kinds(platform) == ["module.registered", "module.changed"]


async def test_a_hook_is_shown_and_rotated_by_command(
    command: Callable[..., Any], api: httpx.AsyncClient, digits: Path
) -> None:
    await api.post("/api/v1/modules", json={"url": str(digits)})
    shown = await command("module", "hook", "digits")
    rotated = await command("module", "hook", "digits", "--rotate")
    assert shown != rotated == await command("module", "hook", "digits")
    secret = (await api.get("/api/v1/modules/digits/hook")).json()["secret"]
    assert secret in rotated
