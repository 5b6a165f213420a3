"""Lists as hubs keep them: a repository (or folder) whose `.gitmodules` names the modules (gitmodules(5))."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from fairhaven.catalog.drivers import git_config
from fairhaven.catalog.ports import MOST_AT_ONCE, Batch, CursorLost, Entry, Listing, ListProblem, Option
from fairhaven.core import sources
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import NoMetadata, Revision, SourceChanged, SourceProblem

FILE = ".gitmodules"
LONGEST_NAME = 400
_CURSOR = re.compile(r"(?P<commit>[0-9a-z-]+):(?P<told>\d{1,9})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class GitModules:
    """Reads `.gitmodules`; an entry's name is the submodule's, its source the submodule's address."""

    label: ClassVar[str] = "Git repository with .gitmodules"
    example: ClassVar[str] = "https://github.com/ai4os-hub/modules-catalog"
    builds: ClassVar[bool] = True
    options: ClassVar[Sequence[Option]] = (
        Option("branch", "Branch", "Left empty, the default branch is followed."),
    )

    def recognise(self, address: str) -> Listing | None:
        """A web page of the file itself, as GitHub and GitLab show it."""
        parts = urlsplit(address)
        found = re.fullmatch(r"(/[^/]+/[^/]+?)(?:/-)?/(?:blob|raw)/([^/]+)/\.gitmodules", parts.path)
        if parts.scheme not in ("http", "https") or not found:
            return None
        return Listing(f"{parts.scheme}://{parts.netloc}{found[1]}", {"branch": found[2]})

    async def entries(self, listing: Listing, cursor: str | None, guard: Guard) -> Batch:
        """All entries, `MOST_AT_ONCE` at a time, when the branch stands elsewhere than it did."""
        branch, told = listing.options.get("branch") or None, 0
        try:
            if going := _CURSOR.fullmatch(cursor or ""):
                revision, told = Revision(going["commit"], branch), int(going["told"])
            else:
                revision = await sources.head(listing.address, branch, allow_folders=True, guard=guard)
                if revision.commit == cursor:
                    return Batch(cursor=cursor)
            text = await sources.read_file(listing.address, revision, FILE, allow_folders=True, guard=guard)
        except NoMetadata:
            raise ListProblem(
                f"There is no file {FILE} in its top folder.", fix="Is it the right branch?"
            ) from None
        except SourceChanged as gone:
            raise CursorLost(gone.detail) from None
        except SourceProblem as problem:
            raise ListProblem(problem.detail, fix=problem.remedy) from None
        return _batch(read(text, listing.address, revision.branch), revision.commit, told)


def read(text: bytes, address: str, branch: str | None) -> list[Entry]:
    """The entries of a `.gitmodules` in the repository at `address`, in their order.

    Raises:
        ListProblem: git would not read it either; the line is named.
    """
    seen: set[str] = set()
    return [_entry(name, told, address, branch, seen) for name, told in _submodules(text)]


def _batch(entries: Sequence[Entry], commit: str, told: int) -> Batch:
    now = entries[told : told + MOST_AT_ONCE]
    more = told + MOST_AT_ONCE < len(entries)
    cursor = f"{commit}:{told + MOST_AT_ONCE}" if more else commit
    return Batch(now, cursor, more=more, complete=not more)


def _submodules(text: bytes) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    found: dict[str, dict[str, str | None]] = {}
    for setting in git_config.read(text):
        if setting.section == "submodule" and setting.subsection is not None:
            # As in git, what is said last holds.
            found.setdefault(setting.subsection, {})[setting.name] = setting.value
    return iter(found.items())


def _entry(
    name: str, told: Mapping[str, str | None], address: str, branch: str | None, seen: set[str]
) -> Entry:
    path, url = told.get("path") or "", told.get("url") or ""
    problem = _refused(name, path, url) or ("Another entry has this path." if path in seen else "")
    seen.add(path)
    title = path.rpartition("/")[2] or name.rpartition("/")[2]
    key = name[:LONGEST_NAME]
    try:
        if problem:
            raise sources.BadAddress(problem)
        source = sources.read(_resolved(url, address)).text
        # `.` means the branch that the list itself is on.
        follows = sources.read_branch(branch if told.get("branch") == "." else told.get("branch"))
    except SourceProblem as refused:
        return Entry(key, "", title[:200], problem=refused.detail)
    return Entry(key, source, title[:200], name=title, branch=follows)


def _refused(name: str, path: str, url: str) -> str:
    """Why git would not clone it: names that leave their folder, options, other programs' words."""
    parts = [*path.split("/"), *name.split("/")]
    if not name or len(name) > LONGEST_NAME or ".." in parts or _CONTROL.search(name + path + url):
        return "Its name or path is not taken: it leaves its folder, or holds control characters."
    if not path or path.startswith(("/", "-", "~")) or any(each.lower() == ".git" for each in parts):
        return f"Its path `{path[:60]}` is not taken." if path else "It has no path."
    if not url:
        return "It has no address."
    if url.startswith("-") or re.match(r"[A-Za-z0-9+.-]+::", url):
        return f"Its address `{url[:60]}` would make git run something else."
    return ""


def _resolved(url: str, address: str) -> str:
    """The whole address: `./x` and `../x` are beside the repository that has the list (git-submodule(1))."""
    if not url.startswith(("./", "../")):
        return url
    root, path = _root(address)
    folders = [each for each in path.split("/") if each]
    while url.startswith(("./", "../")):
        first, _, url = url.partition("/")
        if first == "..":
            if not folders:
                raise sources.BadAddress("Its address leads out of the server of the list.")
            folders.pop()
    if ".." in url.split("/"):
        raise sources.BadAddress("Its address holds `..` in its middle.")
    return root + "/".join([*folders, url])


def _root(address: str) -> tuple[str, str]:
    """What no `..` leaves, and the path below it: `https://host/` or `git@host:`, and `a/b`."""
    scheme, mark, rest = address.partition("://")
    cut = "/" if mark or address.startswith("/") else ":"
    host, cut, path = (rest if mark else address).partition(cut)
    return f"{scheme if mark else ''}{mark}{host}{cut}", path
