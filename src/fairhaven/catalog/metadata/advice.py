"""What version 3 can check because it says more: names that refer to each other, checksums, citability."""

from collections.abc import Iterator

from fairhaven.catalog.metadata import document, formats
from fairhaven.catalog.metadata.document import ListNode, MapNode, Scalar
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word

_WANTED = {
    "version": "Add `version:` with the module's own version, such as 1.0.0.",
    "license": "Add `license:` with an SPDX identifier, such as Apache-2.0.",
    "authors": "Add `authors:` with `- name: …`, and their `orcid` and `affiliation`.",
}


def check_advice(root: MapNode, findings: Findings) -> None:
    """Warnings only: each says what others cannot do with the file as it is."""
    for name, suggestion in _WANTED.items():
        if name not in root.entries:
            message = f"`{name}` is missing, so the module cannot be cited in full."
            findings.warning((name,), root.start, message, suggestion)
    _check_files(root, findings)
    _check_collections(root, findings)
    _check_evaluations(root, findings)


def _check_files(root: MapNode, findings: Findings) -> None:
    for path, file in _items(root, "files"):
        # Of files that a release holds itself, the platform knows size and checksum.
        if "url" in file.entries and not {"sha256", "md5"} & set(file.entries):
            message = f"`{dotted(path)}` has no checksum, so nobody can tell whether it is whole."
            findings.warning(path, file.start, message, "Add `sha256:`; `sha256sum FILE` shows it.")


def _check_collections(root: MapNode, findings: Findings) -> None:
    for path, dataset in _items(root, "datasets"):
        first, last = dataset.entries.get("collected_from"), dataset.entries.get("collected_until")
        if isinstance(first, Scalar) and isinstance(last, Scalar) and _ends_early(first.text, last.text):
            where: Path = (*path, "collected_until")
            message = f"`{dotted(where)}` ({last.text}) is before `collected_from` ({first.text})."
            findings.warning(where, last.start, message, "Check which of the two is right.")


def _ends_early(first: str, last: str) -> bool:
    return formats.is_date(first) and formats.is_date(last) and last < first


def _check_evaluations(root: MapNode, findings: Findings) -> None:
    names = [
        name.text
        for _, dataset in _items(root, "datasets")
        if isinstance(name := dataset.entries.get("name"), Scalar)
    ]
    for path, evaluation in _items(root, "evaluations"):
        used = evaluation.entries.get("dataset")
        if isinstance(used, Scalar) and used.text.strip() not in names:
            where: Path = (*path, "dataset")
            message = f"`{dotted(where)}` names '{shorten(used.text)}', which is not in `datasets`."
            guess = did_you_mean(nearest_word(used.text, names))
            findings.warning(where, used.start, message, guess or "Describe it below `datasets:`.")


def _items(root: MapNode, name: str) -> Iterator[tuple[Path, MapNode]]:
    found = document.node_at(root, (name,))
    for index, item in enumerate(found.items if isinstance(found, ListNode) else ()):
        if isinstance(item, MapNode):
            yield (name, index), item
