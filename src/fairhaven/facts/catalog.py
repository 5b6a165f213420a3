"""Facts about modules and their releases."""

from uuid import UUID

from fairhaven.core.facts import Fact


class ModuleRegistered(
    Fact, kind="module.registered", about="module", says="{actor} registered the module {name}"
):
    module: UUID
    name: str
    commit: str


class ModuleChanged(Fact, kind="module.changed", about="module", says="a new commit of {name} was seen"):
    module: UUID
    name: str
    commit: str


class ModuleRemoved(Fact, kind="module.removed", about="module", says="{actor} removed the module {name}"):
    module: UUID
    name: str


class HookRotated(
    Fact, kind="module.hook-rotated", about="module", says="{actor} rotated the push hook's secret of {name}"
):
    module: UUID
    name: str


class ReleasePublished(
    Fact, kind="release.published", about="module", says="release {version} of {name} was published"
):
    module: UUID
    release: UUID
    name: str
    version: str
    digest: str
