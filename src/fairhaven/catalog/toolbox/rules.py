"""What no schema can say of a tool: names that refer to each other, no secret in it."""

import re
from collections.abc import Mapping
from typing import Any

from fairhaven.catalog.metadata import document
from fairhaven.catalog.metadata.document import MapNode
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word
from fairhaven.catalog.toolbox.form_rules import check_form
from fairhaven.catalog.toolbox.placeholders import ALONE, OF_PORTS, Placeholder, Stray, named, sole

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_SECRETIVE = re.compile(r"PASSWORD|PASSWD|TOKEN|SECRET|CREDENTIAL|API_?KEY|PRIVATE_?KEY")


def check_rules(root: MapNode, name: str, findings: Findings) -> None:
    """Note what is wrong in a file that the schema allows."""
    data: Any = document.plain(root)
    if not _NAME.fullmatch(name):
        message = f"The folder `{shorten(name)}` cannot be a tool's name."
        findings.error((), root.start, message, "Name it with small letters, digits and `-`.")
    if ("tasks" in data) == ("opens" in data):
        findings.error(
            (), root.start, "A tool has either `tasks` or `opens`.", "Say what runs, or what opens."
        )
        return
    check_form(root, data.get("form", {}), findings)
    _Rules(root, data, findings).all()


class _Rules:
    def __init__(self, root: MapNode, data: Mapping[str, Any], findings: Findings) -> None:
        self._root = root
        self._data = data
        self._findings = findings
        self._fields: Mapping[str, Any] = data.get("form", {}).get("properties", {})

    def all(self) -> None:
        tasks = self._data.get("tasks", [])
        if "opens" in self._data:
            self._opens(self._data["opens"])
        elif not any(task.get("role", "main") == "main" for task in tasks):
            self._error(("tasks",), "No task is a `main` one.", "Give one the role `main`, or none at all.")
        self._once(("tasks",), [task["name"] for task in tasks])
        for index, task in enumerate(tasks):
            self._task(("tasks", index), task)

    def _opens(self, text: str) -> None:
        self._text(("opens",), text, ())
        first = next(iter(self._placeholders(("opens",), text)), None)
        begins = first is not None and text.startswith(str(first))
        if begins and first and self._fields.get(first.name, {}).get("format") != "uri":
            said = f"What opens begins with `{first.name}`, which need not be an address."
            self._error(("opens",), said, "Give that field `format: uri`.")
        elif not begins and not text.startswith(("https://", "http://")):
            self._error(("opens",), "What opens is an address.", "Begin it with https://.")

    def _task(self, at: Path, task: Mapping[str, Any]) -> None:
        ports = [each["name"] for each in task.get("ports", [])]
        self._once((*at, "ports"), ports)
        if "image" not in task and "packages" not in task:
            self._error(at, f"`{dotted(at)}` has neither `image` nor `packages`.", "Say what it is made of.")
        self._image(at, task)
        self._command((*at, "command"), task["command"], ports)
        self._when((*at, "when"), task.get("when", {}))
        for name, text in task.get("environment", {}).items():
            self._variable((*at, "environment", name), name, text, ports)
        for name, amount in task.get("resources", {}).items():
            self._amount((*at, "resources", name), amount)
        if "ready" in task and task["ready"]["port"] not in ports:
            self._unknown((*at, "ready", "port"), task["ready"]["port"], ports, "port of the task")
        for index, mount in enumerate(task.get("mounts", [])):
            self._mount((*at, "mounts", index), mount)
        if "directory" in task:
            self._text((*at, "directory"), task["directory"], ports)

    def _image(self, at: Path, task: Mapping[str, Any]) -> None:
        image = task.get("image", "")
        for each in self._placeholders((*at, "image"), image):
            if "enum" not in self._fields.get(each.name, {}):
                said = f"The image may only be chosen from a list: `{each.name}` has no `enum`."
                self._error((*at, "image"), said, "Name the images that may run.")
        tag = image.rpartition("/")[2].partition(":")[2]
        if image and "{" not in image and "@sha256:" not in image and tag in ("", "latest"):
            said = f"`{shorten(image)}` means another image each day."
            self._warning((*at, "image"), said, "Name a version: organisation/name:1.2.3.")

    def _command(self, at: Path, command: list[Any], ports: list[str]) -> None:
        first = command[0]
        if not isinstance(first, str) or any(
            not each.engines for each in self._placeholders((*at, 0), first)
        ):
            said = "The program that starts must be written out."
            self._error((*at, 0), said, "Begin `command` with its name.")
        for index, item in enumerate(command):
            if isinstance(item, str):
                self._text((*at, index), item, ports)
                continue
            self._when((*at, index, "when"), item["when"])
            for inner, text in enumerate(item["add"]):
                self._text((*at, index, "add", inner), text, ports)

    def _variable(self, at: Path, name: str, text: str, ports: list[str]) -> None:
        self._text(at, text, ports, secrets=True)
        if text and _SECRETIVE.search(name.upper()) and not self._placeholders(at, text):
            said = f"`{shorten(name)}` holds a value that everybody would read here."
            self._error(at, said, "Add a field with `x-secret: true`, and write its placeholder.")

    def _amount(self, at: Path, amount: Any) -> None:
        if isinstance(amount, str):
            field = sole(amount) if not self._stray(at, amount) else None
            kind = self._fields.get(field.name, {}).get("type") if field else None
            if kind not in ("integer", "number"):
                said = f"`{dotted(at)}` is no number."
                self._error(at, said, "Write a number, or the placeholder of a field that is one.")
        elif isinstance(amount, bool) or not 0 <= amount < 1e9:
            self._error(at, f"`{dotted(at)}` is not a possible amount.", "Write 0 or more.")

    def _mount(self, at: Path, mount: Mapping[str, Any]) -> None:
        if (mount["what"] == "storage") != ("name" in mount):
            said = "Which storage it is must be said by `name`, and only then."
            self._error(at, said, "Add `name:` with a field's placeholder." if "name" not in mount else "")
        if not mount["at"].startswith("/") or ".." in mount["at"].split("/"):
            self._error((*at, "at"), "A folder's place is an absolute path.", "Begin it with `/`.")
        for key in ("name", "at"):
            self._text((*at, key), mount.get(key, ""), ())

    def _when(self, at: Path, when: Mapping[str, Any]) -> None:
        for name, wanted in when.items():
            field = self._fields.get(name)
            if field is None:
                self._unknown((*at, name), name, list(self._fields), "field of the form")
                continue
            known = field.get("enum", [True, False] if field["type"] == "boolean" else None)
            for each in wanted if isinstance(wanted, list) else [wanted]:
                if each != "*" and known is not None and not any(each is one or each == one for one in known):
                    self._unknown((*at, name), str(each), list(map(str, known)), f"value of `{name}`")

    def _text(self, at: Path, text: str, ports: Any, *, secrets: bool = False) -> None:
        for each in self._placeholders(at, text):
            if each.engines:
                self._engines(at, each, list(ports))
            elif each.of or each.name not in self._fields:
                known = [*self._fields, *ALONE, *(f"{one}.{port}" for one in OF_PORTS for port in ports)]
                self._unknown(at, str(each).strip("{}"), known, "placeholder")
            else:
                self._placed(at, text, each, secrets=secrets)

    def _placed(self, at: Path, text: str, each: Placeholder, *, secrets: bool) -> None:
        field = self._fields[each.name]
        alone = sole(text) is not None
        if field.get("x-secret") and not (secrets and alone):
            said = f"The secret `{each.name}` may stand in a variable only, and alone."
            self._error(at, said, f"Write it below `environment:`, as `NAME: '{each}'`.")
        elif field["type"] == "array" and not (alone and "command" in at):
            said = f"`{each.name}` is a list: it can be arguments only, one for each item."
            self._error(at, said, f"Write `'{each}'` alone in `command`.")

    def _engines(self, at: Path, each: Placeholder, ports: list[str]) -> None:
        if each.name in ALONE and each.of:
            self._error(at, f"`{each}` has no parts.", f"Write `{{{each.name}}}`.")
        elif each.name in OF_PORTS and each.of not in ports:
            self._unknown(at, each.of, ports, "port of the task")

    def _placeholders(self, at: Path, text: str) -> list[Placeholder]:
        return [] if self._stray(at, text) else named(text)

    def _stray(self, at: Path, text: str) -> bool:
        try:
            named(text)
        except Stray as brace:
            self._error(
                at, f"`{brace}` stands alone in '{shorten(text)}'.", f"Write it twice: `{brace}{brace}`."
            )
            return True
        return False

    def _once(self, at: Path, names: list[str]) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                self._error((*at, index, "name"), f"`{name}` is there twice.", "Give one another name.")

    def _unknown(self, at: Path, written: str, known: list[str], what: str) -> None:
        guess = did_you_mean(nearest_word(written, known))
        suggestion = guess or (f"There are: {', '.join(known)}." if known else "There is none.")
        self._error(at, f"`{shorten(written)}` is no {what}.", suggestion)

    def _error(self, at: Path, message: str, suggestion: str) -> None:
        self._findings.error(at, document.offset_of(self._root, at), message, suggestion)

    def _warning(self, at: Path, message: str, suggestion: str) -> None:
        self._findings.warning(at, document.offset_of(self._root, at), message, suggestion)
