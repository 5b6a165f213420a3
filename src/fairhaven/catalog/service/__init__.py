"""Use cases of the catalog: register and follow modules, find them, publish and find releases.

Questions and changes take a session; what talks to a repository (`inspect`, `look`) takes none, so that no
transaction waits for a network.
"""

from fairhaven.catalog.service.assessments import assessments, check_assess
from fairhaven.catalog.service.changes import changes
from fairhaven.catalog.service.changing import change
from fairhaven.catalog.service.counting import facets
from fairhaven.catalog.service.deposits import (
    TriedAgain,
    approve_deposit,
    carry_on,
    deposit,
    depositories,
    deposits,
    discard_deposit,
    proposal,
    retry_deposit,
    start_deposit,
)
from fairhaven.catalog.service.exporting import Exported, catalog_page, exported, shown, sitemap
from fairhaven.catalog.service.figures import figures
from fairhaven.catalog.service.filling import forge_look
from fairhaven.catalog.service.finding import search
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
from fairhaven.catalog.service.learning import learn
from fairhaven.catalog.service.listing import modules
from fairhaven.catalog.service.reading import may, metadata_file, module, module_by_id
from fairhaven.catalog.service.readmes import NoReadme, readme
from fairhaven.catalog.service.registering import AlreadyRegistered, check_may_register, register, remove
from fairhaven.catalog.service.releases import publish, release, release_by_id, releases
from fairhaven.catalog.service.saved import change_saved, delete_saved, save, saved
from fairhaven.catalog.service.searching import index, search_vector
from fairhaven.catalog.service.serving import note_served
from fairhaven.catalog.service.similar import similar
from fairhaven.catalog.service.templates import start_module, template, templates
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
    "TriedAgain",
    "apply_look",
    "approve_deposit",
    "assessments",
    "carry_on",
    "catalog_page",
    "change",
    "change_saved",
    "changes",
    "check_assess",
    "check_builds",
    "check_may_register",
    "check_runs",
    "claim_due",
    "delete_saved",
    "deposit",
    "depositories",
    "deposits",
    "discard_deposit",
    "exported",
    "facets",
    "figures",
    "followed",
    "forge_look",
    "hook",
    "index",
    "inspect",
    "learn",
    "look",
    "may",
    "metadata_file",
    "module",
    "module_by_id",
    "modules",
    "note_served",
    "plan_tool",
    "prepare_check",
    "prepare_push",
    "proposal",
    "publish",
    "readme",
    "register",
    "release",
    "release_by_id",
    "releases",
    "remove",
    "retry_deposit",
    "rotate_hook",
    "save",
    "saved",
    "search",
    "search_vector",
    "shown",
    "similar",
    "sitemap",
    "start_deposit",
    "start_module",
    "template",
    "templates",
    "terms_of",
    "tool",
    "tool_categories",
    "tool_defaults",
    "tools",
]
