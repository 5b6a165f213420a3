"""Feeds: lists of modules elsewhere that the catalog follows.

Questions and changes take a session; `preview` and `step` talk to the network and take none.
"""

from fairhaven.catalog.service.feeds.adding import AlreadyFollowed, add, ask, check_may_add, preview, remove
from fairhaven.catalog.service.feeds.drivers import UnknownList, kinds, understood
from fairhaven.catalog.service.feeds.listing import feed, feed_items, feeds, feeds_of_module
from fairhaven.catalog.service.feeds.working import claim_due, step

__all__ = [
    "AlreadyFollowed",
    "UnknownList",
    "add",
    "ask",
    "check_may_add",
    "claim_due",
    "feed",
    "feed_items",
    "feeds",
    "feeds_of_module",
    "kinds",
    "preview",
    "remove",
    "step",
    "understood",
]
