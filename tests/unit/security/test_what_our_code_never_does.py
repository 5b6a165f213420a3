"""What no file of ours does, read from the code itself: the threat model leans on it."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, SecretStr
from tests.service.matrix.asking import routes_of

from fairhaven import reference
from fairhaven.core.components.objects import _Keys
from fairhaven.core.config import Settings

ROOT = Path(__file__).parents[3]
SOURCES = [
    file
    for folder in ("src", "packages")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if not {"testing", ".venv", "node_modules"} & set(file.parts)
]
TEMPLATES = [file for folder in ("src", "packages") for file in sorted((ROOT / folder).rglob("*.html"))]
SHELLS = {"sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash", "/usr/bin/env"}
RUN_BY_A_SHELL = {
    "asyncio.create_subprocess_shell",
    "loop.subprocess_shell",
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "pty.spawn",
    "commands.getoutput",
}
READS_CODE = {"pickle.load", "pickle.loads", "marshal.loads", "yaml.load", "yaml.unsafe_load", "eval", "exec"}
# Where text becomes HTML that no template escapes again; each says beside it why that is safe.
MAKES_HTML = {"core/markdown.py", "ui/environment.py", "ui/formats.py", "catalog/telling.py"}

CREDENTIAL = re.compile(r"token|secret|passw|api_?key|credential|authorization", re.IGNORECASE)

Finder = Callable[[ast.AST], bool]


def test_there_is_code_to_read() -> None:
    assert len(SOURCES) > 300
    assert len(TEMPLATES) > 30


def test_no_program_is_run_by_a_shell() -> None:
    assert not everywhere(runs_a_shell)


def test_the_search_for_shells_finds_them() -> None:
    for line in (
        "import subprocess; subprocess.run(f'rclone obscure {word}', shell=True)",
        "import subprocess as s; s.Popen('x', shell=1)",
        "os.system('mail ' + text)",
        "await asyncio.create_subprocess_shell(command)",
        "run(['sh', '-c', command])",
    ):
        assert any(runs_a_shell(node) for node in ast.walk(ast.parse(line))), line


def test_nothing_that_is_read_is_run_as_code() -> None:
    """But for what a module's own runtime does, on the module's side of the wall."""
    assert not everywhere(lambda node: called(node) in READS_CODE)


def test_no_certificate_goes_unchecked() -> None:
    def unchecked(node: ast.AST) -> bool:
        off = isinstance(node, ast.keyword) and node.arg in ("verify", "check_hostname", "verify_mode")
        return off and isinstance(node.value, ast.Constant) and not node.value.value

    assert not everywhere(unchecked)


def test_text_of_strangers_becomes_html_in_one_place() -> None:
    def unescaped(node: ast.AST) -> bool:
        return called(node) in ("Markup", "markupsafe.Markup") and not isinstance(node.args[0], ast.Constant)

    assert {
        place.partition(":")[0].partition("fairhaven/")[2] for place in everywhere(unescaped)
    } == MAKES_HTML
    trusting = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    assert not [file.name for file in TEMPLATES if trusting.search(file.read_text("utf-8"))]


def test_names_are_allowed_by_whole_patterns() -> None:
    """An allow-list that is asked with `match` or `search` lets pass what only begins well."""

    def begins(node: ast.AST) -> bool:
        pattern = called(node)
        allows = pattern.rpartition(".")[0].strip("_").lower()
        return pattern.endswith((".match", ".search")) and allows.startswith(("allow", "safe", "trusted"))

    assert not everywhere(begins)


def test_the_rules_of_a_domain_fit_on_one_screen() -> None:
    policies = [*(ROOT / "src" / "fairhaven").glob("*/policy.py")]
    assert len(policies) > 8
    assert not [
        file
        for file in policies
        if len(file.read_text("utf-8").splitlines()) > 50 and file.parent.name != "core"
    ]


def test_no_setting_has_a_secret_for_a_default() -> None:
    found = dict(settings_of(Settings))
    assert {"database", "objects"} <= found.keys()
    assert {name: value for name, value in found.items() if value not in (None, "", "embedded:")} == {}


def test_each_installation_has_keys_of_its_own() -> None:
    first, second = _Keys.new(), _Keys.new()
    assert first.secret_key != second.secret_key
    assert first.signing_key != second.signing_key
    assert len(first.secret_key) >= 40


def test_everything_that_is_installed_is_pinned_by_its_hash() -> None:
    """What is fetched tomorrow under the same name is another thing, and is refused."""
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = re.sub(r"\\\n", " ", lock.read_text("utf-8"))
        named = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
        assert named, lock.name
        assert not [line[:60] for line in named if "==" not in line or "--hash=sha256:" not in line], (
            lock.name
        )
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert not [name for name, about in packages.items() if name and not about.get("integrity")]


def test_no_credential_is_taken_from_an_address() -> None:
    """Addresses are written into logs, histories and referrers. (One-time links are used up by their use.)"""
    asked = {
        (route.path, parameter.name)
        for route in routes_of(reference.unconnected()).values()
        for parameter in getattr(getattr(route, "dependant", None), "query_params", ())
    }
    assert len(asked) > 20
    assert not {(path, name) for path, name in asked if CREDENTIAL.search(name)}


def test_no_script_of_our_pages_handles_a_credential() -> None:
    scripts = [
        file
        for folder in ("src", "packages")
        for file in (ROOT / folder).rglob("*.js")
        if not {"vendor", "node_modules"} & set(file.parts)
    ]
    assert scripts
    handles = re.compile(r"localStorage|Authorization|Bearer|access_token|sessionStorage|client_secret")
    assert not [file.name for file in scripts if handles.search(file.read_text("utf-8"))]


def settings_of(model: type[BaseModel]) -> Iterator[tuple[str, str | None]]:
    """The secret settings and what they are when nobody sets them."""
    for name, field in model.model_fields.items():
        if "SecretStr" in str(field.annotation):
            default = field.default
            yield name, default.get_secret_value() if isinstance(default, SecretStr) else default


def everywhere(finds: Finder) -> list[str]:
    """Where in our code there is such a thing."""
    return [
        f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for file, tree in trees().items()
        for node in ast.walk(tree)
        if finds(node)
    ]


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in SOURCES}


def runs_a_shell(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword) and node.arg == "shell":
        return not (isinstance(node.value, ast.Constant) and not node.value.value)
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 2:
        first, second, script = (getattr(each, "value", None) for each in node.elts[:3])
        # A script that is a constant bears nothing of anybody's.
        return first in SHELLS and second == "-c" and not isinstance(script, str)
    return called(node) in RUN_BY_A_SHELL


def called(node: ast.AST) -> str:
    """The name of what a call calls, with dots."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""
