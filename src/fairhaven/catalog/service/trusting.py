"""What may be built and run: modules that are trusted so far, at commits whose metadata is right."""

from fairhaven.catalog.schemas import Module, Trust
from fairhaven.core.errors import Conflict

LISTED_ONLY = "It is shown here, and neither built nor run."


class ListedOnly(Conflict):
    title = "This module is listed only"
    fix = "A manager of its project can have it built: on its page, under Source."


class MetadataWrong(Conflict):
    title = "The module's metadata is not right"
    fix = "Its page lists the errors: correct them and commit."


def check_runs(module: Module) -> None:
    """Raise unless the module is one that is built and run.

    Raises:
        ListedOnly
    """
    if module.trust is Trust.LISTED:
        raise ListedOnly(LISTED_ONLY)


def check_builds(module: Module, commit: str) -> None:
    """Raise unless that commit of the module is one to build.

    Raises:
        ListedOnly, MetadataWrong
    """
    check_runs(module)
    if not module.valid and commit == module.commit:
        first = next(each for each in module.problems if each.severity == "error")
        raise MetadataWrong(f"{first.file}:{first.line}: {first.message}")
