"""Use cases of the catalog: register and follow modules, find them, publish and find releases.

Questions and changes take a session; what talks to a repository (`inspect`, `look`) takes none, so that no
transaction waits for a network.
"""

from fairhaven.catalog.service.changes import changes
from fairhaven.catalog.service.changing import change
from fairhaven.catalog.service.counting import facets
from fairhaven.catalog.service.exporting import Exported, catalog_page, exported, sitemap
from fairhaven.catalog.service.figures import figures
from fairhaven.catalog.service.following import (
    Followed,
    Look,
    apply_look,
    claim_due,
    followed,
    look,
    prepare_check,
)
from fairhaven.catalog.service.hooks import hook, prepare_push, rotate_hook
from fairhaven.catalog.service.inspecting import METADATA_FILE, Inspected, MetadataInvalid, inspect
from fairhaven.catalog.service.listing import modules
from fairhaven.catalog.service.reading import may, module, module_by_id
from fairhaven.catalog.service.readmes import NoReadme, kept_readme, readme
from fairhaven.catalog.service.registering import AlreadyRegistered, check_may_register, register, remove
from fairhaven.catalog.service.releases import publish, release, release_by_id, releases
from fairhaven.catalog.service.searching import index, search_vector
from fairhaven.catalog.service.terms import FACETS, terms_of
from fairhaven.catalog.service.tools import plan_tool, tool, tool_categories, tool_defaults, tools
from fairhaven.catalog.service.trusting import ListedOnly, MetadataWrong, check_builds, check_runs

__all__ = [
    "FACETS",
    "METADATA_FILE",
    "AlreadyRegistered",
    "Exported",
    "Followed",
    "Inspected",
    "ListedOnly",
    "Look",
    "MetadataInvalid",
    "MetadataWrong",
    "NoReadme",
    "apply_look",
    "catalog_page",
    "change",
    "changes",
    "check_builds",
    "check_may_register",
    "check_runs",
    "claim_due",
    "exported",
    "facets",
    "figures",
    "followed",
    "hook",
    "index",
    "inspect",
    "kept_readme",
    "look",
    "may",
    "module",
    "module_by_id",
    "modules",
    "plan_tool",
    "prepare_check",
    "prepare_push",
    "publish",
    "readme",
    "register",
    "release",
    "release_by_id",
    "releases",
    "remove",
    "rotate_hook",
    "search_vector",
    "sitemap",
    "terms_of",
    "tool",
    "tool_categories",
    "tool_defaults",
    "tools",
]
