"""From the text of a `tool.yaml` to a definition, or to its problems with file, line, column and a hint."""

from dataclasses import dataclass
from pathlib import Path

from fairhaven.catalog.metadata import document
from fairhaven.catalog.metadata.document import MapNode
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.catalog.metadata.reader import MAX_BYTES, decode
from fairhaven.catalog.metadata.report import Problem, Severity
from fairhaven.catalog.schemas.tools import Tool
from fairhaven.catalog.toolbox.checks import check_schema
from fairhaven.catalog.toolbox.rules import check_rules
from fairhaven.catalog.toolbox.schema import FILE, NEWEST
from fairhaven.catalog.toolbox.values import empty_form


@dataclass(frozen=True)
class Read:
    """What one folder says; `tool` is present exactly when no problem is an error."""

    name: str
    tool: Tool | None
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        return self.tool is not None

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)


def read_folder(folder: Path, *, shipped: bool = False) -> Read:
    """The tool of a folder, which is named as the folder is; one that cannot be read is a problem too."""
    try:
        with (folder / FILE).open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        findings = Findings(FILE)
        findings.error((), 0, f"The folder has no `{FILE}` that can be read: {error.strerror}.", "Add one.")
        return Read(folder.name, None, findings.problems())
    return parse(
        content, folder.resolve().name if folder.name in ("", "..") else folder.name, shipped=shipped
    )


def parse(text: str | bytes, name: str, *, filename: str = FILE, shipped: bool = False) -> Read:
    """Read and check the content of a `tool.yaml`; no content makes it raise."""
    readable, broken = decode(text)
    findings = Findings(filename, readable)
    if broken is not None:
        findings.error((), broken.offset, broken.message, broken.suggestion)
        return Read(name, None, findings.problems())
    root = _root(readable, findings)
    if root is None:
        return Read(name, None, findings.problems())
    check_schema(root, findings)
    if not findings.failed:
        check_rules(root, name, findings)
    tool = None if findings.failed else _definition(root, name, findings, shipped=shipped)
    return Read(name, tool, findings.problems())


def _root(text: str, findings: Findings) -> MapNode | None:
    node = document.read(text, findings)
    if isinstance(node, MapNode) and node.entries:
        return node
    if not findings.failed:
        message = "The file must hold `key: value` lines."
        findings.error((), node.start if node else 0, message, f"Begin with `tool_schema: {NEWEST}`.")
    return None


def _definition(root: MapNode, name: str, findings: Findings, *, shipped: bool) -> Tool:
    content = document.plain(root)
    assert isinstance(content, dict)
    content.pop("tool_schema")
    form = content.pop("form", None) or empty_form()
    problems = findings.problems()
    return Tool.model_validate(
        {**content, "name": name, "form": form, "shipped": shipped, "problems": problems}
    )
