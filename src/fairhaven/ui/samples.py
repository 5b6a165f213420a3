"""What the patterns page shows: data of the kind and the length that real pages have."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

STATES = (
    ("queued", ""),
    ("waiting", "It waits for a GPU: 2 of 2 A100 are in use at ifca; the first is free in about 40 min."),
    ("starting", "The environment is being made."),
    ("running", "Since 2 h 10 min on node-07."),
    ("building", ""),
    ("succeeded", ""),
    ("published", ""),
    ("failed", "The module's tests failed: 1 of 12."),
    ("interrupted", "The platform was stopped while it ran; it can be started again."),
    ("lost", "The site has not answered for 5 min."),
    ("stopping", ""),
    ("stopped", "Stopped by Ada Lovelace."),
    ("skipped", ""),
)

MODULES = (
    {
        "name": "digits",
        "title": "Handwritten digits",
        "state": "published",
        "release": "1.2.0",
        "size": 1_474_560,
        "calls": 18_204,
        "tags": ("image", "classification", "scikit-learn"),
        "licence": "Apache-2.0",
        "summary": "Recognises a handwritten digit in a grey image and says how sure it is.",
    },
    {
        "name": "coins",
        "title": "Coins segmentation",
        "state": "building",
        "release": "0.9.1",
        "size": 734_003_200,
        "calls": 311,
        "tags": ("image", "segmentation", "scikit-image"),
        "licence": "Apache-2.0",
        "summary": "Separates coins from their background by watershed and counts them.",
    },
    {
        "name": "penguins",
        "title": "Palmer penguins",
        "state": "failed",
        "release": "",
        "size": 20_480,
        "calls": 0,
        "tags": ("tabular", "classification"),
        "licence": "MIT",
        "summary": "Tells the species of a penguin from four measurements of its body.",
    },
)

FACETS = (
    {
        "name": "task",
        "label": "Task",
        "selected": ("classification",),
        "options": (
            {"value": "classification", "label": "Classification", "count": 128},
            {"value": "segmentation", "label": "Segmentation", "count": 41},
            {"value": "time-series", "label": "Time series", "count": 1_204},
        ),
    },
    {
        "name": "data",
        "label": "Data",
        "selected": (),
        "options": (
            {"value": "image", "label": "Image", "count": 97},
            {"value": "tabular", "label": "Tabular", "count": 55},
        ),
    },
)

LOG = (
    "Resolved 14 packages in 212 ms",
    "\x1b[32mInstalled\x1b[0m 14 packages in 1.8 s",
    " + numpy==2.4.6",
    " + scikit-learn==1.9.1",
    "============================= test session starts ==============================",
    "collected 12 items",
    "tests/test_predict.py ...........F                                        [100%]",
    "E   AssertionError: expected the label 7 for <image of a seven>, got 1 (0.41) with nothing above 0.40",
    "========================= 1 failed, 11 passed in 3.21s =========================",
)

STAGES = (
    {
        "name": "Check out",
        "state": "succeeded",
        "duration": 0.8,
        "log": ("HEAD is now at 4f1c9ab Sharpen the edges",),
    },
    {"name": "Environment", "state": "succeeded", "duration": 12.4, "log": LOG[:4]},
    {"name": "Tests", "state": "failed", "duration": 3.2, "reason": "1 of 12 tests failed.", "log": LOG},
    {"name": "Probe", "state": "skipped"},
    {"name": "Publish", "state": "queued"},
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["image", "epochs", "name"],
    "properties": {
        "image": {
            "type": "string",
            "title": "Image",
            "contentMediaType": "image/*",
            "description": "PNG or JPEG, at most 20 MiB.",
        },
        "name": {
            "type": "string",
            "maxLength": 40,
            "description": "Shown in lists.",
            "default": "digits on my data",
        },
        "epochs": {"type": "integer", "minimum": 1, "maximum": 500, "default": 20, "title": "Epochs"},
        "rate": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.001, "title": "Learning rate"},
        "engine": {"enum": ["local", "docker", "nomad", "slurm"], "default": "local", "title": "Engine"},
        "augment": {
            "type": "boolean",
            "default": True,
            "title": "Augment the data",
            "description": "Turns and shifts each image a little.",
        },
        "classes": {
            "type": "array",
            "items": {"enum": ["cat", "dog", "bird"]},
            "default": ["cat"],
            "title": "Classes",
        },
        "notes": {"type": "string", "format": "textarea", "title": "Notes"},
        "token": {
            "type": "string",
            "writeOnly": True,
            "title": "Token of the storage",
            "description": "Kept encrypted; nobody can read it back.",
        },
        "hosts": {"type": "array", "items": {"type": "string"}, "title": "Hosts", "x-advanced": True},
        "extra": {"type": "object", "title": "More settings", "default": {"seed": 42}, "x-advanced": True},
    },
}
WRONG_VALUES: dict[str, Any] = {"name": "digits", "epochs": 900, "engine": "mainframe"}

PROBABILITIES = (
    ("seven", 0.832),
    ("one", 0.091),
    ("nine", 0.041),
    ("two", 0.018),
    ("four", 0.009),
    ("three", 0.004),
    ("zero", 0.0021),
    ("eight", 0.0014),
    ("five", 0.0009),
    ("six", 0.0004),
    ("none of them", 0.0002),
)
ANSWER: dict[str, Any] = {
    "model": "digits",
    "release": "1.2.0",
    "seconds": 0.0123,
    "ok": True,
    "warnings": [],
    "next": None,
    "input": {"file": "seven.png", "shape": [8, 8], "note": "<b>not bold</b>"},
}
MEASURES = (
    ("Adelie", 39.1, 18.7, 181, 3750),
    ("Gentoo", 47.3, 15.3, 222, 5250),
    ("Chinstrap", 46.5, 17.9, 192, 3500),
)
CURL = """curl -H "Authorization: Bearer $FAIRHAVEN_TOKEN" \\
     -F image=@seven.png \\
     https://fairhaven.example/run/digits/v2/models/digits/predict/"""
PYTHON = """from fairhaven.client import Fairhaven

with Fairhaven() as fairhaven:
    print(fairhaven.predict("digits", image="seven.png"))"""
PROBLEM: dict[str, Any] = {
    "status": 409,
    "title": "The project has no room",
    "detail": "astronomy may use 4 GPUs and uses 4. This workload needs 1 more.",
    "remedy": "Stop a workload, or ask an administrator of the project for more.",
    "errors": (),
    "headers": {},
}
_COINS = ((34, 40, 19), (92, 34, 22), (148, 44, 17), (46, 104, 23), (108, 98, 18), (158, 110, 21))
_COLOURS = ("#3b7dd8", "#d9822b", "#3a9d5d", "#b5495b", "#7a5cc0", "#2a9d9d")


def moments() -> dict[str, datetime]:
    now = datetime.now(UTC)
    ages = {"just": 4, "minutes": 185, "hours": 7600, "days": 260_000, "years": 70_000_000, "soon": -2400}
    return {name: now - timedelta(seconds=seconds) for name, seconds in ages.items()}


def photograph() -> str:
    """Coins on a table, as a data URL."""
    coins = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r - 2}" fill="#a39c8d" stroke="#b9b3a6" stroke-width="4"/>'
        for x, y, r in _COINS
    )
    return _picture(f'<rect width="192" height="144" fill="#4c463d"/>{coins}')


def segmentation() -> str:
    """The same coins, each in a colour of its own."""
    coins = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="{colour}"/>'
        for (x, y, r), colour in zip(_COINS, _COLOURS, strict=True)
    )
    return _picture(f'<rect width="192" height="144" fill="#14181d"/>{coins}')


def wave() -> str:
    """A tone that fades, drawn."""
    points = " ".join(f"{x},{72 - 50 * math.sin(x / 9) * math.exp(-x / 90):.1f}" for x in range(0, 193, 3))
    line = f'<polyline points="{points}" fill="none" stroke="#3b7dd8" stroke-width="2"/>'
    return _picture(f'<rect width="192" height="144" fill="#f5f7f8"/>{line}')


def _picture(inner: str) -> str:
    size = 'viewBox="0 0 192 144" width="192" height="144"'
    return "data:image/svg+xml," + quote(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{inner}</svg>')
