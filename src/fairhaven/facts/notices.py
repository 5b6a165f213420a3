"""Facts about notices that administrators post."""

from uuid import UUID

from fairhaven.core.facts import Fact


class NoticePosted(Fact, kind="notice.posted", about="notice", says="{actor} posted the notice “{text}”"):
    notice: UUID
    text: str
    severity: str
    audience: str


class NoticeWithdrawn(
    Fact, kind="notice.withdrawn", about="notice", says="{actor} withdrew the notice “{text}”"
):
    notice: UUID
    text: str
