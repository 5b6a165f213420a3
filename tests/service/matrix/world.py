"""The world in which the matrix asks: two projects, somebody on each rung, and one thing of each kind.

All that belongs to the other project bears the word FOREIGN, in whatever text it has.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.service.matrix.expectations import ROLES, Place

from fairhaven.audit.appending import append
from fairhaven.builds import service as builds
from fairhaven.catalog import service as catalog
from fairhaven.catalog.models import DepositRow, FeedItemRow, FeedRow
from fairhaven.catalog.schemas import NewRelease, NewSavedSearch, SourceSpec, Visibility
from fairhaven.core.facts import FactRow
from fairhaven.core.ids import new_id
from fairhaven.core.issuers import Issuer
from fairhaven.core.platform import Platform
from fairhaven.core.policy import SYSTEM, Actor, Role
from fairhaven.identity import service as identity
from fairhaven.identity.models import IdentityRow
from fairhaven.identity.schemas import NewLocalAccount, Person, TokenSpec
from fairhaven.notices import service as notices
from fairhaven.notices.schemas import Audience, NewNotice
from fairhaven.projects import service as projects
from fairhaven.projects.models import ProjectRow
from fairhaven.projects.schemas import NewInvitation, NewServiceAccount
from fairhaven.secrets import service as secrets
from fairhaven.workloads import service as workloads
from fairhaven.workloads.schemas import WorkloadSpec

FOREIGN = "zqforeignqz"
ISSUER = Issuer(name="idp", url="https://idp.invalid", client_id="fairhaven")
NOUN = re.compile(r"<(\w+)>")
# What `{name}` is, by the word before it; else that word without its last letter.
NAMED = {"catalog": "module", "brand": "slug"}
# What `{secret}` is, by the word before it.
LINKS = {"sign-in": "link", "password": "password_link", "invitations": "invitation_link"}
METADATA = """
metadata_version: 2.3.0
title: {title}
summary: A module of the matrix.
description: It does nothing.
dates: {{created: '2026-11-22', updated: '2026-11-22'}}
license: Apache-2.0
links: {{source_code: "https://example.org/a/module"}}
tags: [{tag}]
tasks: [Classification]
categories: [AI4 inference]
libraries: [Scikit-learn]
data-type: [Image]
"""

# What there is at each place; of personal things, of each role.
Thing = Mapping[Place, str] | Callable[[str, Place], str]


@dataclass
class World:
    """Who asks, by which credentials, and about what.

    Attributes:
        actors: somebody for each role, and `foreigner`, who manages the other project.
        foreign: identifiers that nobody outside of the other project may be told.
    """

    app: FastAPI
    platform: Platform
    actors: dict[str, Actor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=lambda: {FOREIGN})

    def thing(self, noun: str, role: str, place: Place) -> str:
        found = self.things.get(noun)
        assert found is not None, f"the world has no <{noun}>: say in `world.py` what there is at each place"
        return found(role, place) if callable(found) else found[place]

    def path(self, template: str, role: str, place: Place) -> str:
        """The path of a route, filled in; crossed: only the last thing is the other project's."""
        nouns = list(nouns_of(template))
        if place is Place.CROSSED:
            places = [*[Place.OWN] * (len(nouns) - 1), Place.OTHER]
        else:
            places = [place] * len(nouns)
        things = iter([self.thing(noun, role, where) for noun, where in zip(nouns, places, strict=True)])
        return re.sub(r"\{[^}]+\}", lambda _: next(things), template)

    def body(self, given: Any, role: str, place: Place) -> Any:
        """A body or a query with its nouns filled in."""
        if isinstance(given, Mapping):
            return {name: self.body(value, role, place) for name, value in given.items()}
        if isinstance(given, list):
            return [self.body(each, role, place) for each in given]
        if not isinstance(given, str):
            return given
        here = Place.OTHER if place is Place.CROSSED else place
        return NOUN.sub(lambda found: self.thing(found[1], role, here), given)

    def told(self, text: str) -> set[str]:
        """What of the other project is in a text."""
        lowered = text.lower()
        return {each for each in self.foreign if each in lowered}


def nouns_of(template: str) -> Iterator[str]:
    """What the parameters of a path stand for."""
    before = above = ""
    for part in template.split("/"):
        if part.startswith("{"):
            above = _noun(part.strip("{}").removesuffix("_id"), before, above)
            yield above
        else:
            before = part or before


def _noun(word: str, before: str, above: str) -> str:
    if word in ("name", "slug"):
        return NAMED.get(before, before.removesuffix("s"))
    if word == "secret":
        return LINKS[before]
    return f"{above}_token" if word == "token" and above else word


def between(own: Any, other: Any, none: Any = None) -> Thing:
    """A thing of each place; what is nowhere has an identifier that nothing has, unless given."""
    return {Place.OWN: str(own), Place.OTHER: str(other), Place.NONE: str(none or new_id())}


def everywhere(value: str) -> Thing:
    return dict.fromkeys(Place, value)


async def built(app: FastAPI, platform: Platform, folder: Path) -> World:
    """Make the world: through the same services as everybody's."""
    world = World(app, platform)
    own, other = await _projects(platform)
    await _people(world, own, other)
    await _credentials(world, own)
    for project, word in ((own, "homely"), (other, FOREIGN)):
        await _module(world, project, word, folder)
    await _secrets(world, own, other)
    await _members(world, own, other)
    await _accounts(world)
    await _searches(world)
    await _notices(world, own, other)
    while await append(platform):
        pass
    await _entries(world, own, other)
    return world


async def _projects(platform: Platform) -> tuple[UUID, UUID]:
    async with platform.transaction() as session:
        own = (await projects.default_project(session)).id
        other = ProjectRow(slug=FOREIGN, name=f"The {FOREIGN} project")
        session.add(other)
        await session.flush()
        return own, other.id


async def _people(world: World, own: UUID, other: UUID) -> None:
    world.things["project"] = between(own, other)
    world.foreign.add(str(other))
    rungs = {"viewer": "VIEWER", "member": "MEMBER", "developer": "DEVELOPER", "service": "DEVELOPER"}
    roles = {role: Role[rungs.get(role, "MANAGER")] for role in ROLES[2:] if role != "administrator"}
    async with world.platform.transaction() as session:
        administrator = await identity.administrator(session)
        world.actors["administrator"] = _actor(administrator, {})
        world.actors["outsider"] = _actor(await identity.add_person(session, "Outsider"), {})
        for role, rank in roles.items():
            add = identity.add_service_account if role == "service" else identity.add_person
            made = await add(session, role.capitalize())
            await projects.add_member(session, own, made.id, rank)
            world.actors[role] = _actor(made, {own: rank})
        bound = world.actors["bound"].id
        assert bound is not None
        await projects.add_member(session, other, bound, Role.MANAGER)
        made = await identity.add_person(session, f"A {FOREIGN}er")
        await projects.add_member(session, other, made.id, Role.MANAGER)
        world.actors["foreigner"] = _actor(made, {other: Role.MANAGER})
        world.foreign.add(str(made.id))


async def _credentials(world: World, own: UUID) -> None:
    """For each: the token that it asks with, another one, a session, a link; and devices that wait."""
    spare: dict[str, dict[str, str]] = {"token": {}, "session": {}, "link": {}}
    for role in world.actors:
        # One after the other: whoever is signed in is who acts, for the rest of a transaction.
        async with world.platform.transaction() as session:
            for noun, made in (await _credentials_of(world, session, role, own)).items():
                spare[noun][role] = made
    async with world.platform.transaction() as session:
        device = await identity.begin_device_login(session, SYSTEM, "http://fairhaven.test")
        approved = await identity.begin_device_login(session, SYSTEM, "http://fairhaven.test")
        await identity.approve_device(session, world.actors["viewer"], approved.user_code)
    for noun in ("token", "session"):
        world.things[noun] = _personal(spare[noun])
        world.foreign.add(spare[noun]["foreigner"])
    world.things |= {
        "link": everywhere(spare["link"]["viewer"]),
        "user_code": everywhere(device.user_code),
        "device_code": everywhere(approved.device_code),
    }


async def _credentials_of(world: World, session: AsyncSession, role: str, own: UUID) -> dict[str, str]:
    limits: dict[str, Any] = {"bound": {"project_id": own}, "reader": {"scopes": ["*:read"]}}
    actor, word = world.actors[role], FOREIGN if role == "foreigner" else role
    assert actor.id is not None
    person = await identity.person(session, actor.id)
    asks = TokenSpec(name=f"{word} asks", **limits.get(role, {}))
    world.tokens[role] = (await identity.mint_for(session, person, asks)).secret
    more = await identity.mint_for(session, person, TokenSpec(name=f"{word} rests", project_id=own))
    link = await identity.make_link(session, actor.id)
    life = timedelta(hours=1)
    world.cookies[role] = await identity.begin_session(session, actor.id, agent=word, life=life)
    there = (await identity.sessions(session, actor))[0]
    return {"token": str(more.id), "session": str(there.id), "link": link}


async def _module(world: World, project: UUID, word: str, folder: Path) -> None:
    """A private module with a release, a build that waits, and a workload that waits."""
    place = Place.OTHER if word == FOREIGN else Place.OWN
    made_by = world.actors["foreigner" if word == FOREIGN else "member"]
    async with world.platform.transaction(made_by) as session:
        module, release = await _released(world.platform, session, made_by, project, word, folder)
        await builds.queue(session, module, module.commit, owner_id=made_by.id)
        build = (await builds.builds(session, SYSTEM, module=module.name)).items[0]
        spec = WorkloadSpec(release=release, name=f"The {word} workload", project_id=project)
        workload = await workloads.start(session, made_by, spec)
        deposit = await _drafted(session, module, release)
        feed = await _followed(session, project, word, module)
    made = {"module": module.name, "release": release, "build": build.id, "workload": workload.id}
    made |= {"deposit": deposit, "feed": feed}
    for noun, value in made.items():
        known = world.things.setdefault(noun, {Place.NONE: str(new_id())})
        assert isinstance(known, dict)
        known[place] = str(value)
        if word == FOREIGN:
            world.foreign.add(str(value))
    world.things |= {"stage": everywhere("checkout"), "path": everywhere("fairhaven.css")}
    world.things["version"] = everywhere("3.0.0")
    world.things["feed_name"] = between("homely.example/hub", f"{FOREIGN}.example/hub", "nothing")
    world.things |= {"tool": everywhere("codespace"), "template": everywhere("minimal")}


async def _followed(session: AsyncSession, project: UUID, word: str, module: Any) -> UUID:
    """A list that names the module."""
    row = FeedRow(
        project_id=project,
        kind="gitmodules",
        address=f"https://{word}.example/hub",
        options={},
        list_key=word,
        visibility="project",
        trust="listed",
        keep=True,
    )
    session.add(row)
    await session.flush()
    item = FeedItemRow(feed_id=row.id, key=word, source="", title=word, name=word, revision="", seen=1)
    item.module_id, item.state = module.id, "imported"
    session.add(item)
    return row.id


async def _drafted(session: AsyncSession, module: Any, release: Any) -> UUID:
    """A deposit that waits for a manager."""
    row = DepositRow(
        project_id=module.project_id,
        module_id=module.id,
        release_id=release,
        depository="archive",
        state="drafted",
        step="publish",
        publishing=False,
        done=4,
        total=4,
        failures=0,
    )
    session.add(row)
    await session.flush()
    return row.id


async def _released(
    platform: Platform, session: AsyncSession, owner: Actor, project: UUID, word: str, folder: Path
) -> Any:
    source = folder / f"{word}-module"
    source.mkdir(parents=True)
    (source / "ai4-metadata.yml").write_text(METADATA.format(title=f"The {word} module", tag=word))
    (source / "README.md").write_text(f"# The {word} module\n")
    spec = SourceSpec(url=str(source))
    inspected = await catalog.inspect(platform, spec)
    boss = Actor(id=owner.id, name=owner.name, administrator=True, roles=owner.roles)
    module = await catalog.register(session, boss, project, spec, inspected, visibility=Visibility.PROJECT)
    new = NewRelease(
        module_id=module.id,
        version="1.0.0",
        commit=module.commit,
        digest="d" * 64,
        bundle="b" * 64,
    )
    return module, (await catalog.publish(session, new)).id


async def _secrets(world: World, own: UUID, other: UUID) -> None:
    """Somebody's own, and each project's."""
    value, foreign = SecretStr("a value that nobody reads"), f"{FOREIGN}-key"
    for role, actor in world.actors.items():
        name = foreign if role == "foreigner" else "key"
        await secrets.put(world.platform, actor, secrets.own(actor), name, value)
    boss = world.actors["administrator"]
    await secrets.put(world.platform, boss, secrets.of_project(own), "key", value)
    await secrets.put(world.platform, boss, secrets.of_project(other), foreign, value)
    world.things["secret"] = between("key", foreign, "nothing")


async def _members(world: World, own: UUID, other: UUID) -> None:
    """An invitation and a service account with a token in each project."""
    made: dict[str, list[Any]] = {"invitation": [], "invitation_link": [], "account": [], "account_token": []}
    boss = world.actors["administrator"]
    for project, word in ((own, "homely"), (other, FOREIGN)):
        async with world.platform.transaction(boss) as session:
            # One for whoever has the link, and one for somebody.
            email = f"somebody@{word}.example.org" if word == FOREIGN else None
            new = NewInvitation(email=email, uses=500)
            sent = await projects.invite(session, boss, project, new, at="http://fairhaven.test")
            robot = await projects.add_account(
                session, boss, project, NewServiceAccount(name=f"{word} robot")
            )
            spec = TokenSpec(name=f"{word} robot's token", project_id=project)
            token = await projects.add_account_token(session, boss, project, robot.id, spec)
        for noun, value in zip(
            made, (sent.id, sent.link.rpartition("/")[2], robot.id, token.id), strict=True
        ):
            made[noun].append(str(value))
    world.things |= {noun: between(*values) for noun, values in made.items()}
    world.foreign |= {values[1] for noun, values in made.items() if noun != "invitation_link"}
    people = world.actors
    world.things |= {
        "person": between(people["viewer"].id, people["foreigner"].id),
        "slug": everywhere("default"),
        "issuer": everywhere(ISSUER.name),
    }


async def _accounts(world: World) -> None:
    """Everybody is known to an issuer, and has a password to choose."""
    boss, known = world.actors["administrator"], {}
    async with world.platform.transaction(boss) as session:
        for role, actor in world.actors.items():
            word = f"{FOREIGN}er" if role == "foreigner" else role
            row = IdentityRow(person_id=actor.id, issuer=ISSUER.url, subject=word, name=word, email=None)
            session.add(row)
            await session.flush()
            known[role] = str(row.id)
            spec = NewLocalAccount(name=word, person_name=word, person_id=actor.id)
            await identity.add_local_account(session, boss, spec)
        viewer = world.actors["viewer"].id
        assert viewer is not None
        _, secret, _ = await identity.make_password_link(session, boss, viewer)
    world.things |= {"identity": _personal(known), "password_link": everywhere(secret)}
    world.foreign.add(known["foreigner"])


async def _searches(world: World) -> None:
    """A filter of the catalog that each of them keeps."""
    kept = {}
    for role, actor in world.actors.items():
        word = f"{FOREIGN} search" if role == "foreigner" else f"{role}'s homely search"
        async with world.platform.transaction(actor) as session:
            spec = NewSavedSearch(name=word, query="q=homely")
            kept[role] = str((await catalog.save(session, actor, spec)).id)
    world.things["search"] = _personal(kept)
    world.foreign.add(kept["foreigner"])


async def _notices(world: World, own: UUID, other: UUID) -> None:
    made = []
    boss = world.actors["administrator"]
    async with world.platform.transaction(boss) as session:
        for project, word in ((own, "homely"), (other, FOREIGN)):
            new = NewNotice(text=f"A {word} notice", audience=Audience.PROJECT, project=project)
            made.append((await notices.post(session, boss, new)).id)
    world.things["notice"] = between(*made)
    world.foreign.add(str(made[1]))


async def _entries(world: World, own: UUID, other: UUID) -> None:
    """A line of each project in the audit log."""
    async with world.platform.transaction() as session:
        lines = [
            await session.scalar(select(FactRow.id).where(FactRow.project_id == project).limit(1))
            for project in (own, other)
        ]
    world.things["entry"] = between(*lines)
    world.foreign.add(str(lines[1]))


def _personal(by_role: Mapping[str, str]) -> Thing:
    nothing = str(new_id())

    def of(role: str, place: Place) -> str:
        return {Place.OWN: by_role.get(role, nothing), Place.OTHER: by_role["foreigner"]}.get(place, nothing)

    return of


def _actor(person: Person, roles: Mapping[UUID, Role]) -> Actor:
    administrator = person.administrator
    return Actor(id=person.id, name=person.name, administrator=administrator, roles=dict(roles), via="token")
