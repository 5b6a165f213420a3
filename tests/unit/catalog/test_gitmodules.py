"""Lists in `.gitmodules`: read as git reads them, and nothing in them makes us or git do anything else."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairhaven.catalog.drivers import git_config, gitmodules
from fairhaven.catalog.drivers.gitmodules import GitModules
from fairhaven.catalog.ports import MOST_AT_ONCE, CursorLost, Listing, ListProblem
from fairhaven.core import addresses
from fairhaven.core.outbound import Guard

HERE = Guard(addresses.networks(("127.0.0.1/32",)))
HUB = "https://git.example.org/team/hub"
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                '[submodule "a"]\n',
                '[submodule "b \\"c\\\\"]',
                "[core]\n",
                "[Sub.Dotted]\n",
                "[bad\n",
                "[x]y = 1\n",
            ),
            *(
                "path = p\n",
                "URL=u ; note\n",
                "\turl = https://e.org/a # x\n",
                "branch\n",
                "key = a \\\n b\n",
            ),
            *(
                'k = "  kept ; # "  \n',
                "k = a\\tb\\n\n",
                "k = \\q\n",
                'k = "open\n',
                "# only\n",
                "; only\n",
                "\n",
            ),
            *(
                "k =\n",
                "k = x\r\n",
                "=\n",
                "1k = x\n",
                "k-1 = y",
                " ",
                "]",
                '"',
                "k = a   b\n",
                "é = x\n",
                "k = é\n",
            ),
        ]
    ),
    max_size=7,
).map(lambda pieces: "".join(["[begin]\n", *pieces]))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=PIECES)
def test_it_is_read_as_git_reads_it(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "config"
    file.write_bytes(text.encode())
    argv = ["git", "config", "--file", str(file), "--no-includes", "--null", "--list"]
    git = subprocess.run(argv, capture_output=True, check=False)
    try:
        ours = [_line(each) for each in git_config.read(text.encode())]
    except ListProblem:
        assert git.returncode != 0
        return
    assert git.returncode == 0, git.stderr
    assert ours == [line for line in git.stdout.decode().split("\0") if line]


def _line(setting: git_config.Setting) -> str:
    name = (
        f"{setting.section}.{setting.subsection}."
        if setting.subsection is not None
        else f"{setting.section}."
    )
    return f"{name}{setting.name}" + ("" if setting.value is None else f"\n{setting.value}")


@pytest.mark.parametrize(
    ("name", "path", "url"),
    [
        ("a", "a", "ext::sh -c touch% /tmp/x"),
        ("a", "a", "-u./payload"),
        ("a", "a", "--upload-pack=touch /tmp/x"),
        ("a", "a", "file::/etc"),
        ("a", "../a", "https://e.org/a"),
        ("../../hooks", "a", "https://e.org/a"),
        ("a", "/etc", "https://e.org/a"),
        ("a", ".git/hooks", "https://e.org/a"),
        ("a", "x/.GIT/y", "https://e.org/a"),
        ("a", "-a", "https://e.org/a"),
        ("a", "~/a", "https://e.org/a"),
        ("a", "", "https://e.org/a"),
        ("a", "a", ""),
        ("a", "a", "https://user:word@e.org/a"),
        ("a", "a", "https://e.org/a b"),
        ("a", "a", "ftp://e.org/a"),
        ("a", "a", "../../../../etc"),
        ("a", "a", "../x/../../y"),
        ("a", "a\\nb", "https://e.org/a"),
        ("x" * 500, "a", "https://e.org/a"),
    ],
)
def test_hostile_entries_are_named_with_the_reason(name: str, path: str, url: str) -> None:
    text = f'[submodule "{name}"]\n\tpath = "{path}"\n\turl = "{url}"\n'
    good = '[submodule "good"]\n\tpath = good\n\turl = ../good.git\n'
    bad, fine = gitmodules.read((text + good).encode(), HUB, "main")
    assert bad.problem
    assert not bad.source
    assert (fine.problem, fine.source, fine.name) == ("", "https://git.example.org/team/good.git", "good")


@pytest.mark.parametrize(
    ("address", "url", "expected"),
    [
        (HUB, "../a", "https://git.example.org/team/a"),
        (HUB + "/", "../../other/a", "https://git.example.org/other/a"),
        (HUB, "./a", "https://git.example.org/team/hub/a"),
        ("git@git.example.org:team/hub", "../a", "git@git.example.org:team/a"),
        ("/srv/team/hub", "../a", "/srv/team/a"),
    ],
)
def test_relative_addresses_are_beside_the_list(address: str, url: str, expected: str) -> None:
    text = f'[submodule "a"]\n\tpath = a\n\turl = {url}\n\tbranch = .\n'
    [entry] = gitmodules.read(text.encode(), address, "next")
    assert (entry.source, entry.branch) == (expected, "next")


def test_one_path_stands_once_and_what_is_said_last_holds() -> None:
    text = (
        '[submodule "a"]\npath = a\nurl = https://e.org/1\n[submodule "b"]\npath = a\nurl = https://e.org/b\n'
        '[submodule "a"]\nurl = https://e.org/2\n'
    )
    first, second = gitmodules.read(text.encode(), HUB, None)
    assert (first.source, second.problem) == ("https://e.org/2", "Another entry has this path.")


async def test_a_repository_is_read_in_batches_and_again_only_when_its_branch_moved(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True, capture_output=True)

    lines = [f'[submodule "m{n}"]\n\tpath = m{n}\n\turl = ../m{n}\n' for n in range(MOST_AT_ONCE + 10)]
    (tmp_path / ".gitmodules").write_text("".join(lines))
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    driver, listing = GitModules(), Listing(str(tmp_path))
    first = await driver.entries(listing, None, HERE)
    assert (len(first.entries), first.more, first.complete) == (MOST_AT_ONCE, True, False)
    second = await driver.entries(listing, first.cursor, HERE)
    assert (len(second.entries), second.more, second.complete) == (10, False, True)
    third = await driver.entries(listing, second.cursor, HERE)
    assert (third.entries, third.complete, third.cursor) == ((), False, second.cursor)
    git("commit", "-q", "--allow-empty", "-m", "second")
    assert (await driver.entries(listing, second.cursor, HERE)).more
    with pytest.raises(CursorLost):
        await driver.entries(listing, f"{'0' * 40}:5", HERE)
    with pytest.raises(ListProblem):
        await driver.entries(Listing(str(tmp_path), {"branch": "none"}), None, HERE)


def test_the_files_page_in_a_browser_names_the_list() -> None:
    seen = GitModules().recognise
    wanted = Listing("https://github.com/team/hub", {"branch": "main"})
    assert seen("https://github.com/team/hub/blob/main/.gitmodules") == wanted
    assert seen("https://gitlab.com/team/hub/-/blob/main/.gitmodules") == Listing(
        "https://gitlab.com/team/hub", {"branch": "main"}
    )
    assert seen("https://github.com/team/hub") is None
