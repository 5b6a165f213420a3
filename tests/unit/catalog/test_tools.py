"""A tool is a folder: shipped ones are right, mistakes are told by line, values inject nothing."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from fairhaven.catalog.schemas import Tool
from fairhaven.catalog.toolbox import planning, reading, schema, shelf, values
from fairhaven.catalog.toolbox.placeholders import resolved
from fairhaven.catalog.toolbox.values import FormInvalid
from fairhaven.cli.main import app

SHIPPED = ("codespace", "flower-server", "label-studio", "mlflow-ui", "node-red", "nvflare")
SOUND = """\
tool_schema: 1.0.0
title: Echo
summary: Says a thing again.
description: It says what it is told.
version: 1.0.0
license: MIT
links: {source_code: 'https://example.edu/echo'}
categories: [Other]
form:
  type: object
  required: [words]
  properties:
    words: {type: string, title: Words, maxLength: 200}
    times: {type: integer, title: T, minimum: 1, maximum: 9, default: 2, x-default-from: module.resources.cpu}
    more: {type: array, title: More, items: {type: string, maxLength: 50}, maxItems: 5}
    loud: {type: boolean, title: Loud, default: false}
    token: {type: string, title: Token, x-secret: true}
tasks:
  - name: echo
    image: example/echo:1.0.0
    command:
      - echo
      - --times={times}
      - when: {loud: true}
        add: [--loud]
      - --port={ports.ui}
      - --words={words}
      - --
      - '{more}'
    ports:
      - {name: ui, port: 8080}
    environment:
      ECHO_TOKEN: '{token}'
      GREETING: 'Say {words}'
    resources: {cpu: '{times}', memory_mb: 512}
    ready: {port: ui}
"""


def tool(text: str = SOUND) -> Tool:
    read = reading.parse(text, "echo")
    assert read.tool is not None, "\n".join(map(str, read.problems))
    return read.tool


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_tool_is_right_without_a_warning(name: str) -> None:
    read = shelf.read([])[name]
    assert read.problems == ()
    assert read.tool is not None and read.tool.shipped


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_tool_can_be_planned(name: str) -> None:
    shipped = shelf.read([])[name].tool
    assert shipped is not None
    Draft202012Validator.check_schema(values.whole(shipped.form))
    fields: dict[str, Any] = shipped.form["properties"]
    needed = {each: _some(fields[each]) for each in shipped.form.get("required", ())}
    made = planning.plan(shipped, {key: value for key, value in needed.items() if value is not None})
    assert made.tasks or made.opens
    for task in made.tasks:
        assert "" not in task.command
        assert task.role != "main" or task.ready
    for line in made.by_hand:
        assert shlex.split(line)[:2] == ["docker", "run"]


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema.published())


# change of the sound file · the problem's line · words of it · words of the hint
WRONG = [
    ("license: MIT", "license: Apache 2", 6, "SPDX", "Apache-2.0"),
    ("summary:", "sumary:", 3, "no key of tools", "Did you mean 'summary'?"),
    ("title: Echo", "title: ''", 2, "empty", "Write a value"),
    ("categories: [Other]", "categories: [Anotation]", 8, "not a word", "Did you mean 'Annotation'?"),
    ("command:\n      - echo\n", "command: say -n\n    was:\n      - a\n", 21, "must be a list", "[say, -n]"),
    ("      - '{more}'", "      - {more}", 29, "begins with a brace", "'{more}'"),
    ("--words={words}", "--words={word}", 27, "no placeholder", "Did you mean 'words'?"),
    ("--words={words}", "--words={words", 27, "stands alone", "`{{`"),
    ("--port={ports.ui}", "--port={ports.web}", 26, "no port", "There are: ui."),
    ("ready: {port: ui}", "ready: {port: u}", 36, "no port", "ui"),
    ("      - --words={words}", "      - --token={token}", 27, "variable only", "environment"),
    ("ECHO_TOKEN: '{token}'", "ECHO_TOKEN: 'x{token}'", 33, "alone", "environment"),
    ("ECHO_TOKEN: '{token}'", "ECHO_TOKEN: hunter2", 33, "everybody would read", "x-secret"),
    ("      - echo\n", "      - '{words}'\n", 22, "must be written out", "Begin"),
    ("image: example/echo:1.0.0", "image: 'example/{words}:1'", 20, "no `enum`", "Name the images"),
    ("when: {loud: true}", "when: {laud: true}", 24, "no field", "Did you mean 'loud'?"),
    ("default: 2", "default: 20", 14, "would be refused", "limits"),
    ("minimum: 1, maximum: 9", "minimum: 10, maximum: 9", 14, "above", "Exchange"),
    ("required: [words]", "required: [wordz]", 11, "no field", "Did you mean 'words'?"),
    ("maxItems: 5", "minimum: 5", 15, "means nothing", "type"),
    ("    words:", "    host:", 13, "cannot be a field's name", "not address"),
    ("cpu: '{times}'", "cpu: '{words}'", 35, "no number", "number"),
    ("memory_mb: 512", "memory_mb: -1", 35, "possible amount", "0 or more"),
    ("tool_schema: 1.0.0", "tool_schema: 2.0.0", 1, "not a word", "1.0.0"),
    ("from: module.resources.cpu", "from: module.cpu", 14, "not a word", "module.resources.cpu"),
    ("  - name: echo", "  - name: Echo", 19, "as it must", "match"),
    ("GREETING: 'Say {words}'", "GREETING: '{more}'", 34, "is a list", "command"),
    ("tasks:", "opens: 'https://example.edu'\ntasks:", 1, "either `tasks` or `opens`", "what runs"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "said", "hint"), WRONG)
def test_a_mistake_is_told_by_line_with_a_hint(
    right: str, wrong: str, line: int, said: str, hint: str
) -> None:
    assert right in SOUND
    read = reading.parse(SOUND.replace(right, wrong, 1), "echo")
    assert read.tool is None
    there = [each for each in read.errors if each.line == line]
    assert any(said in each.message and hint in each.suggestion for each in there), "\n".join(
        map(str, read.problems)
    )


@pytest.mark.parametrize("text", ["", "[]", "a: *b", "\x00", "- " * 50, "{" * 5000, "title: &a [*a]", "\xff"])
def test_no_content_makes_reading_raise(text: str) -> None:
    assert reading.parse(text, "echo").tool is None


def test_a_folder_that_is_broken_or_called_as_another_hides_no_other(tmp_path: Path) -> None:
    for name, text in (("echo", SOUND), ("broken", "title: ["), ("codespace", SOUND)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tool.yaml").write_text(text)
    (tmp_path / "empty").mkdir()
    found = shelf.read([tmp_path, tmp_path / "nowhere"])
    assert set(found) == {*SHIPPED, "echo", "broken"}
    assert not found["broken"].valid
    assert found["codespace"].tool is not None and found["codespace"].tool.title == "Echo"
    (tmp_path / "echo" / "tool.yaml").write_text(SOUND.replace("Echo", "Another echo"))
    assert shelf.read([tmp_path])["echo"].tool.title == "Another echo"  # type: ignore[union-attr]


def test_a_plan_fills_what_is_known_and_leaves_the_rest_to_the_engine() -> None:
    made = planning.plan(
        tool(), {"words": "good day", "loud": True, "more": ["a", "b c"], "token": "my-token"}
    )
    (task,) = made.tasks
    assert list(task.command) == [
        "echo", "--times=2", "--loud", "--port={ports.ui}", "--words=good day", "--", "a", "b c",
    ]  # fmt: skip
    assert [(each.name, each.value, each.secret) for each in task.environment] == [
        ("ECHO_TOKEN", None, "my-token"),
        ("GREETING", "Say good day", None),
    ]
    assert made.resources == {"cpu": 2, "memory_mb": 512}


def test_what_has_no_value_is_left_out() -> None:
    (task,) = planning.plan(tool(), {"words": "x"}).tasks
    assert task.command[-1] == "--"
    assert [each.name for each in task.environment] == ["GREETING"]


@given(st.text(min_size=1, max_size=60))
def test_a_value_is_part_of_exactly_one_argument_whatever_it_holds(words: str) -> None:
    try:
        (task,) = planning.plan(tool(), {"words": words, "more": [words[:50]]}).tasks
    except FormInvalid as refused:
        assert {each.field for each in refused.errors} <= {"words", "more"}
        return
    as_run = [resolved(each, lambda known: "8080") for each in task.command]
    assert as_run == ["echo", "--times=2", "--port=8080", f"--words={words}", "--", words[:50]]


@pytest.mark.parametrize("words", ["-rf", "--help"])
def test_a_value_cannot_become_an_option(words: str) -> None:
    bare = tool(SOUND.replace("      - --words={words}\n      - --\n", "      - '{words}'\n"))
    with pytest.raises(FormInvalid, match="must not begin"):
        planning.plan(bare, {"words": words})
    with pytest.raises(FormInvalid, match="must not begin"):
        planning.plan(bare, {"words": "x", "more": [words]})
    assert words in planning.plan(tool(), {"words": "x", "more": [words]}).tasks[0].command  # behind `--`


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"words": "x" * 201}, "words", "at most 200"),
        ({}, "words", "needed"),
        ({"words": "x", "times": 10}, "times", "at most 9"),
        ({"words": "x", "times": "many"}, "times", "whole number"),
        ({"words": "x", "times": True}, "times", "whole number"),
        ({"words": "a\nb"}, "words", "one line"),
        ({"words": "a\x00"}, "words", "one line"),
        ({"words": "x", "token": "hunter2 hunter2"}, "token", "name of a kept secret"),
        ({"words": "x", "more": ["a"] * 6}, "more", "At most 5"),
        ({"words": "x", "other": 1}, "other", "no such field"),
        ({"words": {"a": 1}}, "words", "must be text"),
        ({"words": "x", "times": float("nan")}, "times", ""),
    ],
)
def test_what_the_form_does_not_allow_is_named(wrong: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        planning.plan(tool(), wrong)
    assert [each.field for each in refused.value.errors] == [field]
    assert words in refused.value.errors[0].message


def test_a_field_may_be_needed_only_with_another() -> None:
    nvflare = shelf.read([])["nvflare"].tool
    assert nvflare is not None
    needed = {"credential": "a", "passphrase": "b"}
    assert len(planning.plan(nvflare, needed).tasks) == 1
    with pytest.raises(FormInvalid, match=r"kit: This is needed\. organisation"):
        planning.plan(nvflare, {**needed, "server": True})


def test_what_opens_takes_values_as_pieces_of_its_address() -> None:
    opening = SOUND[: SOUND.index("tasks:")].replace("maxLength: 200", "maxLength: 200, format: uri")
    opening += "opens: '{words}/find?q={token}'\n"
    opening = opening.replace("x-secret: true", "maxLength: 90").replace("more:", "rest:")
    made = planning.plan(tool(opening), {"words": "https://example.edu", "token": "a&b=/../#"})
    assert made.opens == "https://example.edu/find?q=a%26b%3D%2F..%2F%23"


def test_a_default_from_a_module_stays_within_the_limits() -> None:
    defaults = planning.defaults_of(tool(), {"module.resources.cpu": 64})
    assert planning.plan(tool(), {"words": "x"}, defaults).values["times"] == 9


def test_the_command_checks_a_folder_and_plans_it(tmp_path: Path) -> None:
    folder = tmp_path / "echo"
    folder.mkdir()
    (folder / "tool.yaml").write_text(SOUND)
    run = CliRunner().invoke
    assert run(app, ["tool", "check", str(folder)]).exit_code == 0
    planned = run(app, ["tool", "plan", str(folder), "-s", "words=hi", "-s", "times=3", "--json"])
    assert json.loads(planned.stdout)["values"]["times"] == 3
    refused = run(app, ["tool", "plan", str(folder), "-s", "words=hi", "-s", "times=many"])
    assert refused.exit_code == 1 and "times: It must be a whole number" in refused.output
    (folder / "tool.yaml").write_text(SOUND.replace("summary:", "sumary:"))
    wrong = run(app, ["tool", "check", str(folder)])
    assert wrong.exit_code == 1
    assert "tool.yaml:3:1: error" in wrong.output.replace("\n", "")


def _some(field: dict[str, Any]) -> Any:
    """A value for a field that is needed, unless it has a default."""
    if "default" in field:
        return None
    if field.get("x-secret"):
        return "my-secret"
    return {"uri": "https://example.edu", "email": "ada@example.edu"}.get(field.get("format", ""), "x")
