"""Sources with real git repositories: over files, over smart and plain HTTP, and what hostile ones try."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server

import pytest

from fairhaven.core import sources
from fairhaven.core.addresses import networks
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import (
    BadAddress,
    BranchNotFound,
    FoldersNotAllowed,
    NoMetadata,
    RepositoryNotFound,
    RepositoryTooLarge,
    RepositoryUnreachable,
    Revision,
    SourceChanged,
    SourceProblem,
    SourceTimedOut,
    UnsafeRepository,
    repository,
)

NAME = "ai4-metadata.yml"
HERE = Guard(networks(["127.0.0.0/8"]))  # the servers of these tests
_GIT_ENV = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=folder, env=_GIT_ENV, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "a change")
    return git(folder, "rev-parse", "HEAD")


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*out*")] + [path.name for path in folder.glob(".*")]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with metadata, one more file, and a branch `next`."""
    folder = tmp_path / "served" / "seaweed"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / NAME).write_text("title: Seaweed\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    commit(folder)
    git(folder, "checkout", "--quiet", "-b", "next")
    (folder / NAME).write_text("title: Seaweed, next\n")
    commit(folder)
    git(folder, "checkout", "--quiet", "main")
    return folder


class _Smart(BaseHTTPRequestHandler):
    """`git http-backend` behind a small CGI bridge (RFC 3875)."""

    root: Path
    private = False

    def do_GET(self) -> None:
        self._run(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            self._run(self._chunks())
        else:
            self._run(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _run(self, body: bytes) -> None:
        if self.private:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        env = {
            **_GIT_ENV,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return


class _Plain(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


def _serve(handler: object) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def smart(repo: Path) -> Iterator[str]:
    yield from _serve(type("Served", (_Smart,), {"root": repo.parent}))


@pytest.fixture
def private(repo: Path) -> Iterator[str]:
    yield from _serve(type("Served", (_Smart,), {"root": repo.parent, "private": True}))


@pytest.fixture
def plain(repo: Path) -> Iterator[str]:
    git(repo, "update-server-info")
    yield from _serve(partial(_Plain, directory=str(repo.parent)))


async def read(source: str, revision: Revision) -> bytes:
    return await sources.read_file(source, revision, NAME, allow_folders=True, guard=HERE)


@pytest.mark.parametrize("server", ["smart", "plain"])
async def test_a_repository_on_a_web_server_is_read_and_checked_out(
    server: str, request: pytest.FixtureRequest, repo: Path, tmp_path: Path
) -> None:
    base = request.getfixturevalue(server)
    source = f"{base}/seaweed/.git"
    revision = await sources.head(source, allow_folders=False, guard=HERE)
    assert revision == Revision(git(repo, "rev-parse", "main"), "main")
    assert await read(source, revision) == b"title: Seaweed\n"
    made = await sources.checkout(source, revision.commit, tmp_path / "out", guard=HERE, branch="main")
    assert (made.files, made.lfs_pointers, made.submodules) == (2, (), ())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [NAME, "run.sh"]
    assert os.access(tmp_path / "out" / "run.sh", os.X_OK)


@pytest.mark.parametrize("scheme", ["", "file://"])
async def test_a_repository_in_a_folder_is_read_at_its_commit_not_as_it_lies_there(
    scheme: str, repo: Path, tmp_path: Path
) -> None:
    (repo / NAME).write_text("title: not committed\n")
    source = f"{scheme}{repo}"
    revision = await sources.head(source, "next", allow_folders=True, guard=HERE)
    assert revision == Revision(git(repo, "rev-parse", "next"), "next")
    assert await read(source, revision) == b"title: Seaweed, next\n"
    await sources.checkout(source, revision.commit, tmp_path / "out", guard=HERE)
    assert (tmp_path / "out" / NAME).read_text() == "title: Seaweed, next\n"


async def test_an_older_commit_can_still_be_checked_out(smart: str, repo: Path, tmp_path: Path) -> None:
    old = git(repo, "rev-parse", "main")
    (repo / NAME).write_text("title: newer\n")
    commit(repo)
    await sources.checkout(f"{smart}/seaweed/.git", old, tmp_path / "out", guard=HERE)
    assert (tmp_path / "out" / NAME).read_text() == "title: Seaweed\n"


async def test_a_checkout_replaces_what_an_interrupted_one_left(repo: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "half").write_text("from before")
    await sources.checkout(str(repo), git(repo, "rev-parse", "main"), target)
    assert not (target / "half").exists()
    assert left_behind(tmp_path) == ["out"]


async def test_a_commit_that_is_gone_is_said_to_be_gone(smart: str, tmp_path: Path) -> None:
    with pytest.raises(SourceChanged):
        await sources.checkout(f"{smart}/seaweed/.git", "0123456789" * 4, tmp_path / "out", guard=HERE)
    assert not left_behind(tmp_path)


async def test_a_repository_that_does_not_exist_is_named(smart: str, plain: str, tmp_path: Path) -> None:
    for source in (f"{smart}/nothing", f"{plain}/nothing", str(tmp_path / "nothing")):
        with pytest.raises(RepositoryNotFound):
            await sources.head(source, allow_folders=True, guard=HERE)


async def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises((RepositoryNotFound, RepositoryUnreachable)) as caught:
        await sources.head("https://no-such-host.invalid/a/b", allow_folders=False, guard=HERE)
    assert "no-such-host.invalid" in caught.value.detail


async def test_a_closed_port_is_unreachable() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(RepositoryUnreachable):
        await sources.head(f"http://127.0.0.1:{port}/a/b", allow_folders=False, guard=HERE)


async def test_a_branch_that_does_not_exist_is_named(smart: str) -> None:
    with pytest.raises(BranchNotFound, match="no branch `gone`"):
        await sources.head(f"{smart}/seaweed/.git", "gone", allow_folders=False, guard=HERE)


async def test_an_empty_repository_says_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(RepositoryNotFound, match="empty"):
        await sources.head(str(tmp_path), allow_folders=True, guard=HERE)


async def test_a_private_repository_is_refused_without_a_prompt(private: str) -> None:
    began = time.monotonic()
    with pytest.raises(RepositoryNotFound, match="private"):
        await sources.head(f"{private}/seaweed/.git", allow_folders=False, guard=HERE)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("source", ["http://127.0.0.1:{port}/a/b", "ssh://git@127.0.0.1:{port}/a/b"])
async def test_a_server_that_never_answers_is_given_up(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "LOOK_SECONDS", 1.0)
    with create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceTimedOut, match=r"in time|longer"):
        await sources.head(source.format(port=silent.getsockname()[1]), allow_folders=False, guard=HERE)


async def test_a_repository_above_the_limit_is_refused(smart: str, repo: Path, tmp_path: Path) -> None:
    (repo / "weights.bin").write_bytes(os.urandom(3 << 20))
    new = commit(repo)
    with pytest.raises(RepositoryTooLarge):
        await sources.checkout(f"{smart}/seaweed/.git", new, tmp_path / "out", guard=HERE, max_bytes=1 << 20)
    assert not left_behind(tmp_path)


async def test_a_repository_that_unfolds_into_too_much_is_refused_before_it_is_written(
    repo: Path, tmp_path: Path
) -> None:
    (repo / "zeros").write_bytes(bytes(8 << 20))
    new = commit(repo)
    with pytest.raises(RepositoryTooLarge):
        await sources.checkout(str(repo), new, tmp_path / "out", max_bytes=1 << 20)
    assert not left_behind(tmp_path)


async def test_one_file_of_a_large_repository_is_read_without_the_rest(smart: str, repo: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    (repo / "weights.bin").write_bytes(os.urandom(3 << 20))
    revision = Revision(commit(repo), "main")
    source = f"{smart}/seaweed/.git"
    content = await sources.read_file(
        source, revision, NAME, allow_folders=False, guard=HERE, max_bytes=1 << 20
    )
    assert content == b"title: Seaweed\n"


@pytest.mark.parametrize("kind", ["repository", "folder"])
async def test_a_readme_comes_with_the_metadata_when_there_is_one_that_may_be_read(
    kind: str, repo: Path
) -> None:
    (repo / "README.md").symlink_to(NAME)
    (repo / "README.rst").write_text("Seaweed\n")
    revision = Revision(commit(repo), "main")
    if kind == "folder":
        shutil.rmtree(repo / ".git")
    names = ("README.md", "README.rst", "README")
    found = await sources.read_files(str(repo), revision, NAME, first_of=names, allow_folders=True)
    # A link is not followed: in a folder the next one stands in, of a repository only the first is brought.
    assert set(found) == ({NAME} if kind == "repository" else {NAME, "README.rst"})
    (repo / "README.md").unlink()
    found = await sources.read_files(
        str(repo), Revision(commit(repo), "main") if kind == "repository" else revision, NAME,
        first_of=names, allow_folders=True,
    )  # fmt: skip
    assert found["README.rst"] == b"Seaweed\n"


@pytest.mark.parametrize("kind", ["repository", "folder"])
async def test_missing_metadata_says_which_file_to_add(kind: str, repo: Path) -> None:
    (repo / NAME).unlink()
    revision = Revision(commit(repo), "main")
    if kind == "folder":
        shutil.rmtree(repo / ".git")
    with pytest.raises(NoMetadata, match=NAME) as caught:
        await read(str(repo), revision)
    assert NAME in str(caught.value.remedy)


@pytest.mark.parametrize("kind", ["repository", "folder"])
async def test_metadata_that_is_a_link_is_never_followed(kind: str, repo: Path) -> None:
    (repo / NAME).unlink()
    (repo / NAME).symlink_to("/etc/passwd")
    revision = Revision(commit(repo), "main")
    if kind == "folder":
        shutil.rmtree(repo / ".git")
    with pytest.raises(NoMetadata, match="link"):
        await read(str(repo), revision)


async def test_metadata_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(NoMetadata):
        await read(str(tmp_path), Revision("sha256-" + "0" * 64, None))


async def test_metadata_in_lfs_is_explained(repo: Path) -> None:
    (repo / NAME).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    with pytest.raises(NoMetadata, match="LFS"):
        await read(str(repo), Revision(commit(repo), "main"))


@pytest.mark.parametrize("points_at", ["/etc/passwd", "../../secret", "sub/../../..", "loop"])
async def test_a_link_out_of_the_repository_is_refused(points_at: str, repo: Path, tmp_path: Path) -> None:
    (repo / "loop").symlink_to(points_at)
    new = commit(repo)
    with pytest.raises(UnsafeRepository, match="loop"):
        await sources.checkout(str(repo), new, tmp_path / "out")
    shutil.rmtree(repo / ".git")
    with pytest.raises(UnsafeRepository, match="loop"):
        await sources.head(str(repo), allow_folders=True, guard=HERE)
    assert not left_behind(tmp_path)


async def test_a_link_inside_the_repository_is_kept(repo: Path, tmp_path: Path) -> None:
    (repo / "start").symlink_to("run.sh")
    await sources.checkout(str(repo), commit(repo), tmp_path / "out")
    assert (tmp_path / "out" / "start").readlink() == Path("run.sh")


async def test_a_submodule_is_named_and_left_out(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    (other / "secret.txt").write_text("of another repository")
    commit(other)
    git(repo, "submodule", "--quiet", "add", str(other), "vendor")
    made = await sources.checkout(str(repo), commit(repo), tmp_path / "out")
    assert made.submodules == ("vendor",)
    assert not list((tmp_path / "out").rglob("secret.txt"))


async def test_files_in_lfs_are_named(repo: Path, tmp_path: Path) -> None:
    (repo / ".gitattributes").write_text("*.bin filter=lfs\n")
    (repo / "w.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    made = await sources.checkout(str(repo), commit(repo), tmp_path / "out")
    assert made.lfs_pointers == ("w.bin",)


async def test_nothing_of_the_repository_or_of_the_machine_s_settings_is_run(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[filter "evil"]\n\tsmudge = {script}\n[core]\n\tfsmonitor = {script}\n'
    )
    monkeypatch.setenv("HOME", str(home))
    for name in ("post-checkout", "post-merge"):
        shutil.copy(script, repo / ".git" / "hooks" / name)
    git(repo, "config", "uploadpack.packObjectsHook", str(script))
    (repo / ".gitattributes").write_text("* filter=evil\n")
    new = commit(repo)
    mark.unlink(missing_ok=True)
    await sources.checkout(str(repo), new, tmp_path / "out")
    await read(str(repo), Revision(new, "main"))
    assert not mark.exists()


async def test_the_revision_of_a_plain_folder_follows_its_files_only(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("one")
    first = await sources.head(str(folder), allow_folders=True, guard=HERE)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("noise")
    assert await sources.head(str(folder), allow_folders=True, guard=HERE) == first
    (folder / "src" / "a.py").write_text("two")
    second = await sources.head(str(folder), allow_folders=True, guard=HERE)
    assert second != first
    assert second.commit.startswith("sha256-")
    with pytest.raises(SourceChanged):
        await sources.checkout(str(folder), first.commit, tmp_path / "out")
    made = await sources.checkout(str(folder), second.commit, tmp_path / "out")
    assert made.files == 1


async def test_a_plain_folder_that_rests_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_text("one")
    os.utime(file, (1, 1))
    first = await sources.head(str(tmp_path), allow_folders=True, guard=HERE)
    monkeypatch.setattr(sources.folders, "_file_digest", lambda path: pytest.fail("read again"))
    assert await sources.head(str(tmp_path), allow_folders=True, guard=HERE) == first


async def test_a_pipe_in_a_plain_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnsafeRepository, match="pipe"):
        await sources.head(str(tmp_path), allow_folders=True, guard=HERE)


async def test_folders_are_opened_only_where_they_are_allowed(repo: Path) -> None:
    for source in (str(repo), f"file://{repo}"):
        with pytest.raises(FoldersNotAllowed):
            await sources.head(source, allow_folders=False, guard=HERE)


@pytest.mark.parametrize(
    "source",
    ["", "-u/x", "--upload-pack=touch", "ext::sh -c touch", "git://h/x", "javascript:alert(1)",
     "relative/path", "https://", "https://h", "https://u:p@h/x", "https://token@h/x", "https://h/x y",
     "https://h/x\ny", "http://[::1", "/a/../etc", "ssh://-oProxyCommand=x/y", "ftp://h/x", "https://h/x?y=1",
     "file://host/x", "x" * 600, "-oProxyCommand=x@h:y", "https://h:99999/x"],
)  # fmt: skip
async def test_what_is_no_address_never_reaches_git(source: str) -> None:
    with pytest.raises(BadAddress):
        await sources.head(source, allow_folders=True, guard=HERE)


@pytest.mark.parametrize(
    "branch", ["--all", "a..b", "a b", "x.lock", "/x", "x/", "@", "a~1", "a:b", "*", "x" * 300]
)
async def test_what_is_no_branch_never_reaches_git(branch: str, repo: Path) -> None:
    with pytest.raises(BadAddress):
        await sources.head(str(repo), branch, allow_folders=True, guard=HERE)


def test_every_problem_with_a_source_says_what_to_do() -> None:
    kinds = [SourceProblem, *SourceProblem.__subclasses__()]
    assert all(kind("x", fix="y").status == 422 for kind in kinds)


def commit_as(folder: Path, who: dict[str, str]) -> None:
    git(folder, "add", "--all")
    command = ["git", "commit", "--quiet", "--allow-empty", "-m", "a change"]
    subprocess.run(command, cwd=folder, env=_GIT_ENV | who, check=True)


async def survey(source: str, repo: Path, **limits: int) -> sources.Survey:
    revision = Revision(git(repo, "rev-parse", "main"), "main")
    names = ("LICENSE", "COPYING")
    return await sources.survey(source, revision, first_of=names, allow_folders=True, guard=HERE, **limits)


async def test_the_history_says_when_it_began_who_wrote_it_and_under_which_licence(
    smart: str, repo: Path
) -> None:
    (repo / "COPYING").write_text("Take it.\n")
    (repo / "weights.bin").write_bytes(os.urandom(3 << 20))
    by_grace = {"GIT_AUTHOR_NAME": "Grace", "GIT_COMMITTER_DATE": "2024-02-03T04:05:06Z"}
    commit_as(repo, by_grace)
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(repo, "config", "uploadpack.allowAnySHA1InWant", "true")
    found = await survey(f"{smart}/seaweed/.git", repo, max_bytes=1 << 20)
    assert found.files == {"COPYING": b"Take it.\n"}
    assert sorted(found.people) == ["Ada", "Grace"]
    assert found.created is not None
    assert found.created.isoformat() == "2024-02-03T04:05:06+00:00"
    assert found.changed is not None
    assert found.changed > found.created
    # A server that gives all or nothing would cost too much: nothing is said of it.
    git(repo, "config", "uploadpack.allowFilter", "false")
    assert await survey(f"{smart}/seaweed/.git", repo, max_bytes=1 << 20) == sources.Survey()


async def test_a_plain_server_a_folder_and_a_clock_that_was_wrong_say_what_they_can(
    plain: str, repo: Path, tmp_path: Path
) -> None:
    assert await survey(f"{plain}/seaweed/.git", repo) == sources.Survey()
    (tmp_path / "LICENSE").write_text("Take it.\n")
    assert (await survey(str(tmp_path), repo)).files == {"LICENSE": b"Take it.\n"}
    for date in ("1970-01-02T00:00:00Z", "2099-01-01T00:00:00Z"):
        commit_as(repo, {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_NAME": "ada@example.org"})
    found = await survey(str(repo), repo)
    assert found.created is not None
    assert found.created.year >= 2026
    assert found.people == ("Ada",)
