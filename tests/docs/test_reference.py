"""The reference says what the code says, and the code leaves nothing unsaid."""

import re
from pathlib import Path

import pytest

from fairhaven import reference
from fairhaven.core import facts, policy
from fairhaven.core.config import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference.pages()


def test_the_committed_pages_are_up_to_date(pages: dict[str, str]) -> None:
    old = [name for name, text in pages.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert not old, f"run `make docs`: out of date are {', '.join(old)}"


def test_writing_them_twice_gives_the_same(pages: dict[str, str]) -> None:
    assert reference.pages() == pages


def test_every_setting_is_described(pages: dict[str, str]) -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, f"the setting {name} has no description"
        assert f"| `{name}` |" in pages["settings.md"]


def test_every_fact_is_described(pages: dict[str, str]) -> None:
    for kind, fact in facts.kinds.items():
        if fact.__module__.startswith("fairhaven.facts."):
            assert fact.says
            assert f"## {kind}\n" in pages["facts.md"]


def test_every_policy_is_described(pages: dict[str, str]) -> None:
    for domain, module in reference.policy_modules():
        section = pages["policies.md"].partition(f"## {domain}\n")[2].partition("\n## ")[0]
        for name, rule in vars(module).items():
            if isinstance(rule, policy.Rule) and name.startswith("can_"):
                assert f"| {name.removeprefix('can_').replace('_', ' ')} |" in section, f"{domain}.{name}"


def test_every_command_has_help_for_itself_and_its_options() -> None:
    missing = [
        f"{path} {parameter.name}" if parameter else path
        for path, command in reference.every_command()
        for parameter in (None, *command.params)
        if not (parameter.help if parameter else command.help)
    ]
    assert not missing


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_the_top_pages_lead_somewhere(name: str) -> None:
    for target in LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), f"{name} links to {target}"
