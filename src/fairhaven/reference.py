"""Writes what the documentation says about commands, settings, REST, facts and policies from the code itself.

`python -m fairhaven.reference docs/reference` writes the pages, `python -m fairhaven.reference openapi.json`
the description of the REST interface. Nothing is started and no database is needed; the same code always
gives the same bytes, so tests can compare them with what is committed.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from typing import Any, get_args, get_origin

import click
import typer
from fastapi import FastAPI
from pydantic import BaseModel

import fairhaven
from fairhaven import app as application
from fairhaven.core import facts, policy
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.errors import Problem
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform

NOTE = "<!-- Written by `python -m fairhaven.reference docs/reference`: change the code, not this page. -->"
DEFAULTS = {"data": "`$XDG_DATA_HOME/fairhaven`, or `~/.local/share/fairhaven`"}  # of what differs by machine
SHAPES = "#/components/schemas/"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `openapi.json`, or all pages into a folder; return the process's exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1:
        sys.exit("Usage: python -m fairhaven.reference (openapi.json | FOLDER)")
    target = Path(given[0])
    if target.suffix == ".json":
        target.write_text(openapi_text(), encoding="utf-8")
        return 0
    target.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (target / name).write_text(text, encoding="utf-8")
    return 0


def openapi() -> dict[str, Any]:
    """The REST interface as OpenAPI 3.1."""
    return unconnected().openapi()


def unconnected() -> FastAPI:
    """The application, connected to nothing: to be looked at, not to be asked."""
    database = Database("postgresql://unused/unused")  # connects at its first use, and there is none
    return application.web(Platform(Settings.model_construct(), database), Live(database))


def openapi_text() -> str:
    return json.dumps(openapi(), indent=1, ensure_ascii=False) + "\n"


def pages() -> dict[str, str]:
    """Every generated page by its file name, as Markdown."""
    return {
        "settings.md": settings(),
        "cli.md": commands(),
        "api.md": rest(),
        "facts.md": told_facts(),
        "policies.md": policies(),
        "problems.md": problems(),
        "module-metadata.md": module_metadata(),
    }


# --- settings ---------------------------------------------------------------------------------------


def settings() -> str:
    rows = [
        [f"`{name}`", _variable(name), _default(name, field), field.description or ""]
        for name, field in _fields(Settings)
    ]
    return _page(
        "Settings",
        "Written in `fairhaven.toml` in the working folder (or the file that `FAIRHAVEN_CONFIG` names), or "
        "set in the environment. A command's option wins over the environment, the environment over the "
        "file, the file over the default. An unknown name in the file is refused. `fairhaven doctor` shows "
        "what is in effect and where it comes from.",
        _table(["setting", "environment", "default", "meaning"], rows),
        "A list, and a table of tables, is written in the environment as JSON: "
        "`FAIRHAVEN_ENGINES='[\"local:\"]'`. `issuers[]` is each table `[[issuers]]` of the file, "
        "`levels.NAME` each `[levels.NAME]`.",
    )


def _fields(settings: type[BaseModel], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting, each table of settings followed by what is in it: `limits`, `limits.actor_rate`."""
    for name, field in settings.model_fields.items():
        yield above + name, field
        inner, mark = _table_of(field.annotation)
        if inner is not None:
            yield from _fields(inner, f"{above}{name}{mark}.")


def _table_of(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The table that a setting is, or of which it has several: `issuers[]`, `levels.NAME`."""
    marks = {list: "[]", dict: ".NAME"}
    last = (get_args(annotation) or (annotation,))[-1]
    is_table = isinstance(last, type) and issubclass(last, BaseModel)
    return (last, marks.get(get_origin(annotation), "")) if is_table else (None, "")


def _variable(name: str) -> str:
    """Its own name in the environment; what is in one of several has none."""
    alone = not any(mark in name for mark in ("[]", ".NAME"))
    return f"`FAIRHAVEN_{name.upper().replace('.', '__')}`" if alone else ""


def _default(name: str, field: Any) -> str:
    if name in DEFAULTS:
        return DEFAULTS[name]
    value = field.default
    if field.is_required():
        return "required"
    if isinstance(value, BaseModel):
        return "as below"
    shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    return "none" if shown is None else f"`{json.dumps(shown)}`"


# --- commands ---------------------------------------------------------------------------------------


def commands() -> str:
    """The commands as Typer declares them, groups after single commands."""
    told = [_command(path, command) for path, command in every_command()]
    return _page("Commands", _plain(_root().help or ""), *told)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command and group of commands with the words that lead to it."""
    yield from _walk("fairhaven", _root())


def _root() -> Any:
    from fairhaven.cli.main import app

    root = typer.main.get_group(app)
    for name in root.list_commands(click.Context(root)):
        root.get_command(click.Context(root), name)  # domains are loaded when they are asked for
    return root


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    below: Mapping[str, Any] = getattr(command, "commands", {})
    for name, each in sorted(below.items(), key=lambda item: bool(getattr(item[1], "commands", {}))):
        if not each.hidden:
            yield f"{path} {name}", each
            yield from _walk(f"{path} {name}", each)


def _command(path: str, command: Any) -> str:
    if getattr(command, "commands", {}):
        return f"## {path}\n\n{_plain(command.help or '')}".rstrip()
    level = "###" if path.count(" ") > 1 else "##"
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    usage = " ".join([path, *(_usage(each) for each in shown)])
    rows = [_parameter(each) for each in shown]
    parts = [f"{level} {path}", _plain(command.help or ""), f"```text\n{usage}\n```"]
    return "\n\n".join([*parts, *([_table(["", "meaning", "default"], rows)] if rows else [])])


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        word = (parameter.metavar or parameter.name).upper() + ("…" if parameter.nargs == -1 else "")
    else:
        word = parameter.opts[0] + ("" if parameter.is_flag else f" {parameter.name.upper()}")
    return word if parameter.required else f"[{word}]"


def _parameter(parameter: Any) -> list[str]:
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    help_text = _plain(getattr(parameter, "help", "") or "")
    if choices := getattr(getattr(parameter, "type", None), "choices", ()):
        help_text = f"{help_text} One of {', '.join(f'`{each}`' for each in choices)}.".strip()
    if parameter.envvar:
        help_text = f"{help_text} Also from `{parameter.envvar}`.".strip()
    default = parameter.default
    plain = default if isinstance(default, str | int | float) and not isinstance(default, bool) else None
    return [names, help_text, "required" if parameter.required else "" if plain is None else f"`{plain}`"]


def _plain(text: str) -> str:
    """Help without Rich's markup and without the line breaks of a docstring."""
    for mark in ("[bold]", "[/bold]", "\b", "\f"):
        text = text.replace(mark, "")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


# --- REST -------------------------------------------------------------------------------------------


def rest() -> str:
    document = openapi()
    told = [f"## {tag}\n\n" + "\n\n".join(parts) for tag, parts in _by_tag(document).items()]
    shapes = document.get("components", {}).get("schemas", {})
    schemas = [_shape(name, shapes[name]) for name in sorted(shapes) if not name.endswith("ValidationError")]
    return _page(
        "REST",
        "Everything below `/api/v1`, with a token in the header `Authorization: Bearer fh_…`. "
        "[Use the API](../how-to/use-the-api.md) tells what all routes share. A platform serves this as "
        "OpenAPI at `/api/v1/openapi.json`. Every failure is a [problem](problems.md).",
        *told,
        "## Shapes",
        *schemas,
    )


def _by_tag(document: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            found.setdefault(tag, []).append(_operation(method, path, operation))
    return found


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    heading = f"### `{method.upper()} {path}` {{ #{operation['operationId']} }}"
    parts = [heading, operation.get("description") or operation["summary"]]
    rows = [
        [f"`{each['name']}`", each["in"], _type(each["schema"]), _told(each)]
        for each in operation.get("parameters", ())
    ]
    if rows:
        parts.append(_table(["parameter", "in", "type", "meaning"], rows))
    if body := operation.get("requestBody"):
        parts.append("Takes " + _content(body) + ".")
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            parts.append(f"Answers {status}" + (f" with {_content(answer)}." if "content" in answer else "."))
    return "\n\n".join(parts)


def _told(parameter: Mapping[str, Any]) -> str:
    schema = parameter["schema"]
    text = parameter.get("description") or schema.get("description") or ""
    if parameter.get("required"):
        return text
    default = schema.get("default")
    return f"{text} Default: `{json.dumps(default)}`.".strip() if default is not None else text


def _content(holder: Mapping[str, Any]) -> str:
    return " or ".join(_type(each.get("schema", {})) or "nothing" for each in holder["content"].values())


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    parts = [f"### {name}", schema.get("description", "")]
    if "enum" in schema:
        parts.append("One of " + ", ".join(f"`{each}`" for each in schema["enum"]) + ".")
    needed = schema.get("required", ())
    rows = [
        [f"`{field}`", _type(each), "yes" if field in needed else "", each.get("description", "")]
        for field, each in schema.get("properties", {}).items()
    ]
    parts += [_table(["field", "type", "always", "meaning"], rows)] if rows else []
    return "\n\n".join(part for part in parts if part)


def _type(schema: Mapping[str, Any]) -> str:
    """A JSON Schema in a few words, with links to the shapes it names."""
    if reference := schema.get("$ref"):
        name = reference.removeprefix(SHAPES)
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return " or ".join(_type(each) for each in choices)
    kind = str(schema.get("format") or schema.get("type") or "anything")
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    inner = schema.get("additionalProperties")
    return f"map of {_type(inner)}" if isinstance(inner, dict) and inner else kind


# --- facts, policies, problems, metadata ------------------------------------------------------------


def told_facts() -> str:
    import_module("fairhaven.domains")
    told = [_fact(kind) for kind in _kinds()]
    return _page(
        "Facts",
        "What happened, told once, in the transaction that made it true. Every fact also has an id, a time, "
        "who did it, the request it came from, and the `project` it belongs to (if any). The rows are in the "
        "table `facts` and are never changed. [Architecture](../explanation/architecture.md#facts) explains "
        "how they are handed over; [Add a fact](../how-to/add-a-fact.md) how to add one.",
        *told,
    )


def _kinds() -> list[type[facts.Fact]]:
    for found in iter_modules(import_module("fairhaven.facts").__path__):
        import_module(f"fairhaven.facts.{found.name}")
    ours = (fact for fact in facts.kinds.values() if fact.__module__.startswith("fairhaven.facts."))
    return sorted(ours, key=lambda fact: fact.kind)


def _fact(fact: type[facts.Fact]) -> str:
    heard = sorted(name for kind, name in facts.subscribers() if kind == fact.kind)
    rows = [
        [f"`{name}`", _python_type(field.annotation), "the subject" if name == fact.about else ""]
        for name, field in fact.model_fields.items()
        if name != "project"
    ]
    told_to = ", ".join(f"`{name}`" for name in heard) or "nobody: it is for the record and for pages"
    doc = " ".join((fact.__doc__ or "").split()) if "__doc__" in vars(fact) and fact.__doc__ else ""
    parts = [f"## {fact.kind}", doc, f"Reads as “{fact.says}”. Told to: {told_to}."]
    return "\n\n".join([*(part for part in parts if part), _table(["field", "type", ""], rows)])


def _python_type(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or str(annotation).replace(" | None", " or nothing")


def policies() -> str:
    told = []
    for domain, module in policy_modules():
        rules = [(name, rule) for name, rule in vars(module).items() if name.startswith("can_")]
        rows = []
        for line, (_, rule) in zip(policy.described(rules), rules, strict=True):
            act, _, who = line.partition(": ")
            refused = "" if who == "anyone" else "is told 404" if rule.private else "is told 403"
            rows.append([act, who, refused])
        told.append(f"## {domain}\n\n" + _table(["to", "one must be", "anybody else who is signed in"], rows))
    return _page(
        "Policies",
        "Who may do what. A request in which no rule was asked is refused; who is not signed in and would "
        "have to be is told 401. Where the very existence of a thing is private the answer is 404. Lists "
        "show the things of one's own projects, public modules, and everything to administrators. "
        "[Access](access.md) tells the same by route, as the tests ask it.",
        *told,
    )


def policy_modules() -> Iterator[tuple[str, Any]]:
    """Each domain that has rules, by name."""
    home = Path(next(iter(fairhaven.__path__)))
    for file in sorted(home.glob("*/policy.py")):
        if file.parent.name != "core":
            yield file.parent.name, import_module(f"fairhaven.{file.parent.name}.policy")


def problems() -> str:
    import_module("fairhaven.up")  # with it, nearly every module that has problems of its own
    for point in distribution("fairhaven").entry_points:
        if point.group.startswith("fairhaven."):
            point.load()  # drivers are imported when they are chosen
    found = sorted(_problems(Problem), key=lambda each: (each.status, each.__name__))
    rows = [
        [str(each.status), f"`{type_of(each)}`", each.title, each.fix or "said with each"] for each in found
    ]
    return _page(
        "Problems",
        "Every failure is told as `application/problem+json` (RFC 9457) with `type`, `title`, `status`, "
        "`detail`, mostly `fix` (what to do next), `request_id` (also in the header `X-Request-Id`), and "
        "`errors` by field when fields are wrong. Browsers get the same as a page.",
        _table(["status", "type", "title", "what to do"], rows),
    )


def type_of(problem: type[Problem]) -> str:
    return problem.__new__(problem).type  # it depends on the class alone


def _problems(base: type[Problem]) -> Iterable[type[Problem]]:
    """Every problem once, however many ways lead to it; made-up ones of single requests are left out."""
    found: dict[str, type[Problem]] = {}
    waiting = list(base.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.__module__.startswith("fairhaven.") and _is_importable(each):
            found[type_of(each)] = each
    return found.values()


def _is_importable(each: type) -> bool:
    try:
        return resolve_name(f"{each.__module__}:{each.__qualname__}") is each
    except AttributeError:
        return False


def module_metadata() -> str:
    from fairhaven.catalog import metadata

    rows = []
    for field in metadata.describe_schema():
        words = [field.description, f"One of: {', '.join(field.choices)}." if field.choices else ""]
        form = " ".join(part for part in (field.type, field.format) if part)
        example = "" if field.example is None else f"`{json.dumps(field.example, ensure_ascii=False)}`"
        rows.append(
            [f"`{field.path}`", form, "yes" if field.required else "", " ".join(filter(None, words)), example]
        )
    known = metadata.known_versions()
    return _page(
        "Module metadata",
        f"`ai4-metadata.yml` in the top folder of a module's repository, version {known[-1]}. Versions "
        f"{', '.join(known[:-1])} are read as well, each by its own rules; every file of version 2 becomes "
        f"one of version {known[-1]} by writing `metadata_version: {known[-1]}`. "
        "[Describe a module](../how-to/describe-a-module.md) tells how to write, check and migrate one.",
        "Addresses, DOIs, ORCIDs, licences and dates must be ones, texts must not be empty, dates are "
        "quoted; a problem names file, line and column, and what to write instead. Other keys are kept. "
        f"The JSON Schema itself: `GET /api/v1/metadata-schemas/{known[-1]}`, or "
        f"`fairhaven/catalog/metadata/schemata/module-metadata-{known[-1]}.json` in the package.",
        _table(["field", "form", "required", "meaning", "example"], rows),
    )


# --- Markdown ---------------------------------------------------------------------------------------


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([NOTE, f"# {title}", *(part for part in parts if part)]) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: str) -> str:
    one_line = " ".join(str(value).split()).replace("|", "\\|")
    return one_line if "`" in one_line else one_line.replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())
