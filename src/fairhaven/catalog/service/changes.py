"""What changed from one release of a module to another: its metadata, and where its code can be compared."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from fairhaven.catalog.models import ReleaseRow
from fairhaven.catalog.schemas import Change, ChangeKind, ReleaseChanges
from fairhaven.catalog.service.reading import row_named
from fairhaven.catalog.service.searching import clean
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor

# These say of the file, not of the module, that something changed.
_LEFT_OUT = ("metadata_version",)
_FORGES = ("github.com", "codeberg.org")


async def changes(
    session: AsyncSession, actor: Actor, name: str, from_: str | None = None, to: str | None = None
) -> ReleaseChanges:
    """How two releases differ; `to` is the latest if not given, `from_` the one that was before it.

    Raises:
        NotFound: there is no such module or release, or the actor may not know of it.
    """
    module = await row_named(session, actor, name)
    newest = (
        select(ReleaseRow)
        .where(ReleaseRow.module_id == module.id)
        .order_by(ReleaseRow.id.desc())
        .limit(1)
        .options(undefer(ReleaseRow.content))
    )
    after = await _found(session, newest if to is None else newest.where(_is(to)), to)
    earlier = newest.where(ReleaseRow.id < after.id) if from_ is None else newest.where(_is(from_))
    before = await _found(session, earlier, from_)
    return ReleaseChanges(
        before=before.version,
        after=after.version,
        fields=list(differences(before.content, after.content)),
        commits=(before.commit, after.commit),
        compare_url=compare_url(module.source, before.commit, after.commit),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """The fields that differ, in the order of the schema; one level of nesting is opened."""
    one, other = _flat(before), _flat(after)
    for field in [*one, *(each for each in other if each not in one)]:
        was, now = one.get(field), other.get(field)
        if was == now:
            continue
        olds, news = _words(was), _words(now)
        if olds is not None and news is not None and set(olds) != set(news):
            was, now = (
                [each for each in olds if each not in news],
                [each for each in news if each not in olds],
            )
        yield Change(field=field, kind=_kind(one.get(field), other.get(field)), before=was, after=now)


def compare_url(source: str, before: str, after: str) -> str | None:
    """Where the code of two commits can be compared; None: they are the same, or on no known forge."""
    parts = urlsplit(source.removesuffix(".git").rstrip("/"))
    host = parts.hostname or ""
    if parts.scheme != "https" or before == after or before.startswith("sha256-"):
        return None
    if "gitlab" in host:
        return f"{parts.geturl()}/-/compare/{quote(before)}...{quote(after)}"
    if host == "bitbucket.org":
        return f"{parts.geturl()}/branches/compare/{quote(after)}..{quote(before)}"
    known = host in _FORGES or any(word in host for word in ("gitea", "forgejo"))
    return f"{parts.geturl()}/compare/{quote(before)}...{quote(after)}" if known else None


def _is(version: str) -> Any:
    return ReleaseRow.version == clean(version)


async def _found(session: AsyncSession, query: Any, version: str | None) -> ReleaseRow:
    row: ReleaseRow | None = await session.scalar(query)
    if row is None:
        said = (
            f"There is no release `{version[:60]}` of it." if version else "There are no two releases of it."
        )
        raise NotFound(said)
    return row


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name in _LEFT_OUT:
            continue
        inner = value if isinstance(value, dict) else {None: value}
        for key, each in inner.items():
            told = _without_silence(each)
            if told not in (None, [], {}):
                found[name if key is None else f"{name}.{key}"] = told
    return found


def _without_silence(value: Any) -> Any:
    """Without what the file does not say: fields that are null, or empty."""
    if isinstance(value, dict):
        kept = {name: _without_silence(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, [], {})}
    if isinstance(value, list):
        return [_without_silence(each) for each in value]
    return value


def _words(value: Any) -> list[str] | None:
    """The list, if it is one of texts."""
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _kind(before: Any, after: Any) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
