"""Tables of the catalog."""

from fairhaven.catalog.models.deposits import DepositRow
from fairhaven.catalog.models.fair import AssessmentRow
from fairhaven.catalog.models.feeds import FeedItemRow, FeedRow
from fairhaven.catalog.models.forges import ForgeLookRow, ForgeRow
from fairhaven.catalog.models.modules import (
    ModuleRow,
    ReleaseRow,
)
from fairhaven.catalog.models.searching import LearntRow, SavedSearchRow, SpaceRow, VectorRow, WordRow

__all__ = [
    "AssessmentRow",
    "DepositRow",
    "FeedItemRow",
    "FeedRow",
    "ForgeLookRow",
    "ForgeRow",
    "LearntRow",
    "ModuleRow",
    "ReleaseRow",
    "SavedSearchRow",
    "SpaceRow",
    "VectorRow",
    "WordRow",
]
