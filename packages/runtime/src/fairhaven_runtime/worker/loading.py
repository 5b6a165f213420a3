"""Finds the module by its entry point, imports it, and offers its functions with fall-backs."""

from __future__ import annotations

import collections
import importlib.metadata
import importlib.util
import platform
import re
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from . import schemas
from .arguments import Arguments
from .signature import Signature

GROUP = "deepaas.v2.model"

UploadedFile = collections.namedtuple(
    "UploadedFile",
    ("name", "filename", "content_type", "original_filename"),
    defaults=(None, None, None, None),
)
"""What a model receives for a file: argument name, path on disk, media type, the client's name for it."""


class Absent(NotImplementedError):
    """The module has no function of that name."""


class LoadFailed(Exception):
    """The module cannot be served; the text says why and what to do."""


class Model:
    """A loaded module: its name, its functions and its arguments."""

    def __init__(self, name: str, target: Any) -> None:
        self.name = name
        self.target = target
        self.predict_args = self._arguments("predict")
        self.train_args = self._arguments("train")
        self.answer_schema = schemas.answer_schema(getattr(target, "schema", None))

    def function(self, name: str) -> Callable[..., Any]:
        """The module's function of that name.

        Raises:
            Absent: the module has none.
        """
        function = getattr(self.target, name, None)
        if not callable(function):
            raise Absent(f"the module {self.name!r} has no function {name}")
        return function  # type: ignore[no-any-return]

    def predict(self) -> Callable[..., Any]:
        """The module's `predict`; of one that only answers many at once, that for a single call.

        Raises:
            Absent: the module has neither.
        """
        if not callable(getattr(self.target, "predict", None)) and self.batches:
            return lambda **arguments: self.predict_all([arguments])[0]
        return self.function("predict")

    @property
    def batches(self) -> bool:
        """Whether the module answers many calls at once."""
        return callable(getattr(self.target, "predict_batch", None))

    def predict_all(self, calls: list[dict[str, Any]]) -> list[Any]:
        """A result for each call, or the exception that it raised; one at a time when all at once fail."""
        try:
            return self._together(calls)
        except (Exception, SystemExit) as error:  # the module's own code: anything can come out of it
            if len(calls) == 1:
                return [error]
        return [result for call in calls for result in self.predict_all([call])]

    def _together(self, calls: list[dict[str, Any]]) -> list[Any]:
        if not calls:
            return []
        results = list(self.function("predict_batch")(calls))
        if len(results) != len(calls):
            raise ValueError(f"predict_batch returned {len(results)} results for {len(calls)} calls")
        return results

    def metadata(self) -> dict[str, Any]:
        """What the module says about itself, or the contract's stand-in."""
        try:
            return dict(self.function("get_metadata")())
        except NotImplementedError:
            text = f"Could not load description from underlying model (loaded '{self.name}')"
            return {"id": "0", "name": self.name, "description": text}

    def warm(self) -> None:
        """Let the module load its weights, if it has a `warm`."""
        try:
            self.function("warm")()
        except NotImplementedError:
            return

    def document(self) -> dict[str, Any]:
        """The description of the module that `describe` prints and pages draw forms from."""
        metadata, problem = self._told_metadata()
        headers = sorted(self.predict_args.headers() | self.train_args.headers())
        trains = callable(getattr(self.target, "train", None))
        return {
            "name": self.name,
            "metadata": metadata,
            **({"problem": problem} if problem else {}),
            "predict": {
                "schema": self.predict_args.schema(),
                "accepts": self.predict_args.accepts(),
                "answer": schemas.class_schema(self.answer_schema()) if self.answer_schema else None,
            },
            "train": {"schema": self.train_args.schema()} if trains else None,
            **({"headers": headers} if headers else {}),
            "batch": self.batches,
            "python": platform.python_version(),
            "dialect": schemas.dialect(),
        }

    def _told_metadata(self) -> tuple[dict[str, Any], str]:
        """Metadata, or why there is none: a module that fails to tell it may predict all the same."""
        try:
            return self.metadata(), ""
        except (Exception, SystemExit) as error:  # the module's own code: anything can come out of it
            traceback.print_exc()
            return {}, f"get_metadata failed: {type(error).__name__}: {error}"

    def _arguments(self, verb: str) -> Arguments:
        """What the module declares for the function, or else what the function's own signature says."""
        function = getattr(self.target, verb, None)
        if callable(function) and not callable(getattr(self.target, f"get_{verb}_args", None)):
            return Signature.of(function)
        return Arguments(self._declared(f"get_{verb}_args"))

    def _declared(self, name: str) -> dict[str, Any]:
        """Fields by name; a function may return a dict, a schema's `fields`, or a schema."""
        try:
            declared = self.function(name)()
        except NotImplementedError:
            return {}
        if isinstance(declared, type):
            declared = declared()
        return dict(getattr(declared, "fields", declared) or {})


def load(name: str) -> Model:
    """Import the module whose entry point is `name`; if empty, the only one, or the one made from the others.

    Raises:
        LoadFailed: no entry point, several, or the module fails to import or to tell its arguments.
    """
    _offer_wrapper_import()
    point = _choose(name)
    try:
        target = point.load()
        return Model(point.name, target() if isinstance(target, type) else target)
    except (Exception, SystemExit) as error:  # the module's own code: anything can come out of it
        raise LoadFailed(_explain(point, error)) from error


def uploaded_file_type() -> Any:
    """The class that the module itself knows as `UploadedFile`."""
    wrapper = sys.modules.get("deepaas.model.v2.wrapper")
    return getattr(wrapper, "UploadedFile", UploadedFile)


def _choose(name: str) -> Any:
    points = {point.name: point for point in _entry_points()}
    if name and name in points:
        return points[name]
    chosen = [] if name else _outermost(list(points.values()))
    if len(chosen) == 1:
        return chosen[0]
    raise LoadFailed(_how_to_declare(name, sorted(points)))


def _outermost(points: list[Any]) -> list[Any]:
    """Those that no other one needs: a module that is made from another has that one installed beside it."""
    owners = {point.name: getattr(point, "dist", None) for point in points}  # Python 3.8 and 3.9 do not tell
    needed = {need for owner in owners.values() for need in _needs(owner)}
    return [point for point in points if not needed & {_spelt(_called(owners[point.name]))}]


def _needs(distribution: Any) -> list[str]:
    """The packages that a distribution always needs, by name."""
    said = (distribution.requires or []) if distribution is not None else []
    names = [re.match(r"[A-Za-z0-9._-]+", need) for need in said if "extra ==" not in need]
    return [_spelt(found.group()) for found in names if found]


def _called(distribution: Any) -> str:
    return str(distribution.metadata["Name"]) if distribution is not None else ""


def _spelt(name: str) -> str:
    """A package's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _entry_points() -> list[Any]:
    found: Any = importlib.metadata.entry_points()
    if hasattr(found, "select"):
        return list(found.select(group=GROUP))
    return list(found.get(GROUP, []))  # Python 3.8 and 3.9 answer with a dict


def _how_to_declare(name: str, known: list[str]) -> str:
    if not known:
        return (
            f"No module found: no package in the environment of {sys.executable} declares an entry point "
            f"in the group {GROUP!r}. Add to the module's pyproject.toml:  "
            f'[project.entry-points."{GROUP}"]  and below it  '
            f'{name or "my_module"} = "my_package.api"  then install the package again.'
        )
    if not name:
        return f"Several modules are installed ({', '.join(known)}): choose one with --model NAME."
    return f"No module is called {name!r}; the environment of {sys.executable} has: {', '.join(known)}."


def _explain(point: Any, error: BaseException) -> str:
    name = f"The module {point.name!r} ({point.value}) failed to load"
    return f"{name}: {type(error).__name__}: {error}\n{_hint(error)}{_own_traceback(error)}"


def _hint(error: BaseException) -> str:
    """What to do about the commonest mistake: fields written for marshmallow 3 under marshmallow 4."""
    unknown = isinstance(error, TypeError) and "unexpected keyword argument" in str(error)
    if unknown and schemas.dialect().startswith("marshmallow 4"):
        return (
            "Its fields are written for marshmallow 3: install 'marshmallow>=3.13,<4' in its environment.\n"
        )
    return ""


def _own_traceback(error: BaseException) -> str:
    """The end of the traceback, without the frames of the import system and ours."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    return "".join(traceback.format_list(frames[-5:])).rstrip()


def _is_theirs(filename: str) -> bool:
    return "importlib" not in filename and filename != __file__


def _offer_wrapper_import() -> None:
    """Let `from deepaas.model.v2.wrapper import UploadedFile` work where that package is not installed."""
    if importlib.util.find_spec("deepaas") is not None:
        return
    parent = None
    for name in ("deepaas", "deepaas.model", "deepaas.model.v2", "deepaas.model.v2.wrapper"):
        module = types.ModuleType(name, "Stands in for the package of this name.")
        module.__path__ = []
        sys.modules[name] = module
        if parent is not None:
            setattr(parent, name.rpartition(".")[2], module)
        parent = module
    parent.UploadedFile = UploadedFile  # type: ignore[union-attr]
