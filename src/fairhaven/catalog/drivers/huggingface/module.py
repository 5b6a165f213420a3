"""Writes the module around a model of the Hub: its ONNX weights, its settings, and code that runs them."""

import asyncio
import json
import re
from importlib.resources import files
from pathlib import Path

from fairhaven.catalog.drivers import asking, licences, telling
from fairhaven.catalog.drivers.huggingface import hub
from fairhaven.catalog.drivers.huggingface.hub import HubFile, HubModel
from fairhaven.catalog.drivers.huggingface.running import Plan
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import RepositoryTooLarge
from fairhaven.core.sources.origins import METADATA_FILE

KINDS = {"image-classification": "image", "text-classification": "text"}
LIBRARIES = {"image": '"pillow>=10.3"', "text": '"tokenizers>=0.20,<1"'}


async def write(
    model: HubModel, plan: Plan, metadata: bytes, folder: Path, guard: Guard, *, max_bytes: int
) -> None:
    """Write all of it into an empty folder.

    Raises:
        SourceProblem: a file cannot be had, is not what the Hub lists, or all is too large.
    """
    content = _texts(model, plan, telling.licence_of(metadata)) | {METADATA_FILE: metadata}
    left = max_bytes - sum(map(len, content.values()))
    if left < 0 or sum(file.size or 0 for file in plan.files) > left:
        raise RepositoryTooLarge(f"The model is larger than {max_bytes / asking.MIB:.0f} MiB.")
    await asyncio.to_thread(_write, folder, content)
    for file in plan.files:
        target = folder / f"src/{package(model)}/model/{file.path.rpartition('/')[2]}"
        left -= await _bring(model, file, target, guard, left)


def package(model: HubModel) -> str:
    """`hub_organisation_model`, in the letters of Python's names."""
    return "hub_" + "_".join(re.findall(r"[a-z0-9]+", model.id.lower()))[:80].strip("_")


async def _bring(model: HubModel, file: HubFile, target: Path, guard: Guard, left: int) -> int:
    if file.sha256:
        what = f"`{file.path[:100]}` of the model"
        return await asking.bring(
            guard, model.url(file.path), target, what, sha256=file.sha256, max_bytes=left
        )
    content = await hub.small_file(model, file, guard, max_bytes=left)
    await asyncio.to_thread(target.write_bytes, content)
    return len(content)


def _texts(model: HubModel, plan: Plan, licence: str) -> dict[str, bytes]:
    kind, name = KINDS[plan.kind], package(model)
    texts = {
        f"src/{name}/__init__.py": f'"""A model for {plan.kind}: `api` speaks DEEPaaS, `model` runs it."""\n',
        f"src/{name}/api.py": _filled(f"{kind}_api.py.in", model, kind, licence),
        f"src/{name}/model.py": _filled(f"{kind}_model.py.in", model, kind, licence),
        f"src/{name}/settings.json": json.dumps(plan.settings, indent=1, ensure_ascii=False),
        f"src/{name}/model/about.txt": f"From {model.page} at commit {model.commit}.\n",
        "tests/test_model.py": _filled(f"{kind}_test.py.in", model, kind, licence),
        "pyproject.toml": _filled("pyproject.toml.in", model, kind, licence),
        "README.md": model.text or f"# {model.id}\n",
        "LICENSE": licences.text(licence, [model.id.partition("/")[0]], model.page),
    }
    return {path: text.encode() for path, text in texts.items()}


def _filled(file: str, model: HubModel, kind: str, licence: str) -> str:
    """A file of ours with names put in, which hold letters, digits and dashes only."""
    text = (files("fairhaven.catalog.drivers.huggingface") / "around" / file).read_text(encoding="utf-8")
    name = package(model)
    values = {
        "PACKAGE": name,
        "DISTRIBUTION": name.replace("_", "-"),
        "SLUG": name.removeprefix("hub_").replace("_", "-"),
        # Python's packages may have a commit behind the plus only (PEP 440).
        "VERSION": f"0+{model.commit[:12]}",
        "LIBRARIES": LIBRARIES[kind],
        "LICENCE": f'license = "{licence}"' if licence else "",
    }
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _write(folder: Path, content: dict[str, bytes]) -> None:
    for path, text in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
