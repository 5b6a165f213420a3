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


class ModuleTrustChanged(
    Fact, kind="module.trust-changed", about="module", says="{actor} set {name} to be {trust}"
):
    module: UUID
    name: str
    trust: str


class ModuleVisibilityChanged(
    Fact,
    kind="module.visibility-changed",
    about="module",
    says="{actor} changed who may see {name}: {visibility}",
):
    module: UUID
    name: str
    visibility: str


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


class FeedAdded(Fact, kind="feed.added", about="feed", says="{actor} began to follow the list {address}"):
    feed: UUID
    address: str


class FeedRefreshed(
    Fact,
    kind="feed.refreshed",
    about="feed",
    says="the list {address} was read: {imported} imported, {refused} refused, {gone} gone",
):
    feed: UUID
    address: str
    imported: int
    refused: int
    gone: int


class FeedRemoved(
    Fact, kind="feed.removed", about="feed", says="{actor} stopped following the list {address}"
):
    feed: UUID
    address: str


class DepositStarted(
    Fact,
    kind="deposit.started",
    about="module",
    says="{actor} began to deposit release {version} of {name} at {depository}",
):
    deposit: UUID
    module: UUID
    release: UUID
    name: str
    version: str
    depository: str


class DepositAdvanced(
    Fact,
    kind="deposit.advanced",
    about="module",
    says="the deposit of release {version} of {name} came to its step {step}",
):
    deposit: UUID
    module: UUID
    name: str
    version: str
    step: str


class DepositApproved(
    Fact,
    kind="deposit.approved",
    about="module",
    says="{actor} had the deposit of release {version} of {name} published",
):
    deposit: UUID
    module: UUID
    name: str
    version: str


class ModuleAssessed(
    Fact, kind="module.assessed", about="module", says="the FAIR robot gave {name} {percentage} %"
):
    module: UUID
    name: str
    percentage: float
    release: UUID | None = None


class DepositPublished(
    Fact,
    kind="deposit.published",
    about="module",
    says="release {version} of {name} was published at {depository} as {doi}",
):
    deposit: UUID
    module: UUID
    release: UUID
    name: str
    version: str
    depository: str
    doi: str


class DepositFailed(
    Fact,
    kind="deposit.failed",
    about="module",
    says="the deposit of release {version} of {name} failed",
):
    deposit: UUID
    module: UUID
    name: str
    version: str
    reason: str


class DepositDiscarded(
    Fact,
    kind="deposit.discarded",
    about="module",
    says="{actor} discarded the deposit of release {version} of {name}",
):
    deposit: UUID
    module: UUID
    name: str
    version: str
