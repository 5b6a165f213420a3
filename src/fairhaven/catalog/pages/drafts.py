"""A draft of a module's metadata: the form as it stands, the file it makes, and what is wrong with that."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from fairhaven.catalog import metadata
from fairhaven.catalog.metadata import ModuleMetadata, Report, form, writer
from fairhaven.catalog.metadata.patches import patch
from fairhaven.catalog.metadata.rewriting import as_it_stands, rewritten

_EXPECTED = ("version", "license")  # nobody can cite a module without them
_HEAD = 2  # lines of a patch that name the file


@dataclass(frozen=True)
class Draft:
    """The form's fields, and the file as it would be.

    Attributes:
        original: the file in the repository; empty where it is not known.
        file: what it is called.
        added: the list that just got one more item.
    """

    fields: tuple[form.Box | form.Part, ...]
    original: str
    text: str
    report: Report
    file: str
    added: str = ""

    @cached_property
    def basics(self) -> tuple[form.Box, ...]:
        """What every module says, or should: the rest is folded."""
        return tuple(each for each in self._boxes if _is_basic(each))

    @cached_property
    def more(self) -> form.Part:
        """The other inputs that belong to no part."""
        return form.Part("more", "", "", tuple(each for each in self._boxes if not _is_basic(each)))

    @property
    def parts(self) -> tuple[form.Part, ...]:
        return tuple(each for each in self.fields if isinstance(each, form.Part))

    @cached_property
    def errors(self) -> dict[str, str]:
        """Field → what is wrong there, or somewhere within."""
        found = dict[str, str]()
        for each in self.report.errors:
            found.setdefault(_nearest(each.path, self._known), f"{each.message} {each.suggestion}".strip())
        return found

    @cached_property
    def patch(self) -> str:
        """What differs from the file in the repository; empty where that is not known, or nothing does."""
        return patch(self.original, self.text, self.file) if self.original else ""

    @property
    def differences(self) -> Sequence[str]:
        """The lines of the patch, each with its sign."""
        return self.patch.split("\n")[_HEAD:-1]

    @property
    def changes(self) -> int:
        """How many lines are new, or there no more."""
        return sum(line.startswith(("+", "-")) for line in self.differences)

    def wrong(self, part: form.Part) -> int:
        """How many errors there are within a part."""
        return len({part.path, *_paths(part.inner)} & self.errors.keys())

    def opens(self, part: form.Part) -> bool:
        """Whether a part is to be unfolded: something is wrong in it, or was just added to it."""
        around = self.added == part.path or self.added.startswith((f"{part.path}[", f"{part.path}."))
        new = bool(self.added) and part.path.startswith(f"{self.added}[") and not part.held
        return around or new or bool(self.wrong(part))

    def place(self, path: str) -> str:
        """Where on the page a problem is mended: the id of the nearest field, empty where there is none."""
        nearest = _nearest(path, self._known)
        return f"{self._known[nearest]}-{nearest}" if nearest else ""

    @property
    def _boxes(self) -> tuple[form.Box, ...]:
        return tuple(each for each in self.fields if isinstance(each, form.Box))

    @cached_property
    def _known(self) -> dict[str, str]:
        return dict(_paths_and_kinds(self.fields))


def begun(content: ModuleMetadata, original: str, file: str) -> Draft:
    """The form with what a module says, nothing changed."""
    told = _as_form(content, original)
    return _draft(told, told, original, file)


def continued(
    content: ModuleMetadata, original: str, file: str, sent: list[tuple[str, str]], add: str
) -> Draft:
    """The form as it was sent; `add` is the list that gets one more item."""
    told = _as_form(content, original)
    return _draft(told, form.read(sent, told), original, file, add)


def _draft(
    before: dict[str, JsonValue], after: dict[str, JsonValue], original: str, file: str, add: str = ""
) -> Draft:
    text = rewritten(original, before, after) if original else writer.dump(after)
    return Draft(form.draw(after, add), original, text, metadata.parse(text, filename=file), file, add)


def _as_form(content: ModuleMetadata, original: str) -> dict[str, JsonValue]:
    """What a form tells that nobody touched: what differs from that was changed.

    Of a file with errors it is what stands there, so that what is wrong can be seen and mended.
    """
    data = as_it_stands(original) or form.as_newest(content)
    return form.read(form.untouched(form.draw(data)), data)


def _is_basic(box: form.Box) -> bool:
    return box.required or box.path in _EXPECTED


def _paths(fields: Iterable[form.Box | form.Part]) -> Iterator[str]:
    return (path for path, _ in _paths_and_kinds(fields))


def _paths_and_kinds(fields: Iterable[form.Box | form.Part]) -> Iterator[tuple[str, str]]:
    """Every path of the form, with the word that the ids of its kind begin with."""
    for each in fields:
        yield each.path, "part" if isinstance(each, form.Part) else "field"
        if isinstance(each, form.Part):
            yield from _paths_and_kinds(each.inner)


def _nearest(path: str, known: Collection[str]) -> str:
    """The field that holds what is at a path: `tags` for `tags[2]`."""
    while path and path not in known:
        path = path[: max(path.rfind("["), path.rfind("."), 0)]
    return path
