"""Tables of the catalog."""

from fairhaven.catalog.models.deposits import DepositRow
from fairhaven.catalog.models.fair import AssessmentRow
from fairhaven.catalog.models.feeds import FeedItemRow, FeedRow
from fairhaven.catalog.models.forges import ForgeLookRow, ForgeRow
from fairhaven.catalog.models.modules import (
    ModuleRow,
    ReleaseRow,
)

__all__ = [
    "AssessmentRow",
    "DepositRow",
    "FeedItemRow",
    "FeedRow",
    "ForgeLookRow",
    "ForgeRow",
    "ModuleRow",
    "ReleaseRow",
]
