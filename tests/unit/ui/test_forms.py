"""Forms are drawn from a JSON Schema and read back by the same one."""

from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile

from fairhaven.ui import forms

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["epochs", "image"],
    "properties": {
        "epochs": {"type": "integer", "minimum": 1, "maximum": 500, "title": "Epochs"},
        "rate": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        "size": {"enum": [1, 2, "2", True]},
        "classes": {"type": "array", "items": {"enum": ["cat", "dog"]}},
        "hosts": {"type": "array", "items": {"type": "string"}},
        "augment": {"type": "boolean"},
        "extra": {"type": "object"},
        "token": {"type": "string", "format": "password"},
        "image": {"type": "string", "contentMediaType": "image/png"},
        "notes": {"type": "string", "maxLength": 2000},
        "mode": {"$ref": "#/$defs/Mode", "description": "How."},
    },
    "$defs": {"Mode": {"enum": ["fast", "good"], "title": "Mode"}},
}


def test_each_kind_of_value_gets_its_widget() -> None:
    assert {one.name: one.widget for one in forms.fields(SCHEMA)} == {
        "epochs": "integer",
        "rate": "number",
        "size": "select",
        "classes": "multi",
        "hosts": "lines",
        "augment": "boolean",
        "extra": "json",
        "token": "secret",
        "image": "file",
        "notes": "textarea",
        "mode": "select",
    }


def test_a_reference_is_followed_and_keeps_its_own_words() -> None:
    mode = forms.fields(SCHEMA)[-1]
    assert (mode.label, mode.help, [choice.value for choice in mode.choices]) == (
        "Mode",
        "How.",
        ["fast", "good"],
    )


def test_a_submitted_form_becomes_typed_values() -> None:
    sent = FormData(
        [
            ("epochs", "20"),
            ("rate", "0.01"),
            ("size", "2"),
            ("classes", "cat"),
            ("classes", "dog"),
            ("augment", "on"),
            ("hosts", "a.example\r\n\r\n b.example "),
            ("extra", '{"seed": 42}'),
            ("token", ""),
            ("notes", "12"),
        ]
    )
    assert forms.read(SCHEMA, sent) == {
        "epochs": 20,
        "rate": 0.01,
        "size": 2,
        "classes": ["cat", "dog"],
        "augment": True,
        "hosts": ["a.example", "b.example"],
        "extra": {"seed": 42},
        "notes": "12",
    }


def test_nothing_chosen_is_false_and_an_empty_list() -> None:
    assert forms.read(SCHEMA, FormData()) == {"augment": False, "classes": []}


def test_what_is_wrong_is_told_by_field_and_in_words() -> None:
    with Path(__file__).open("rb") as file:
        image = UploadFile(file, filename="seven.png")
        assert forms.check(SCHEMA, {"epochs": 900, "image": image}) == {"epochs": "It must be at most 500."}
    assert forms.check(SCHEMA, {"epochs": "many"})["epochs"] == "It must be of the type integer."
    assert forms.check(SCHEMA, {"epochs": 3}) == {"image": "This is needed."}
