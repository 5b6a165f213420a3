"""The change of a module's metadata file that names its DOI: for a pull request, or by `git apply`."""

import asyncio
from uuid import UUID

from fairhaven.catalog.metadata import naming
from fairhaven.catalog.metadata.patches import patch
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Proposal
from fairhaven.catalog.service.deposits.asking import DepositNotReady
from fairhaven.catalog.service.deposits.reading import row_of
from fairhaven.catalog.service.inspecting import METADATA_FILE
from fairhaven.core import sources
from fairhaven.core.errors import Conflict
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sources import Revision


async def proposal(platform: Platform, actor: Actor, deposit_id: UUID) -> Proposal:
    """The metadata file as it stands now, with the DOI: that of all versions together, where there is one.

    Talks to the repository: never inside a transaction.

    Raises:
        NotFound, NotAllowed
        DepositNotReady: it is not published.
        SourceProblem: the repository cannot be read now.
        Conflict: the file is such that one should write the DOI by hand.
    """
    async with platform.transaction(actor) as session:
        row, *_ = await row_of(session, actor, deposit_id)
        module = await session.get_one(ModuleRow, row.module_id)
    doi = row.concept_doi or row.doi
    if row.published_at is None or not doi:
        raise DepositNotReady("It has no DOI yet that is valid.")
    settings = platform.settings
    content = await sources.read_file(
        module.source,
        Revision(module.commit, module.branch),
        METADATA_FILE,
        allow_folders=settings.local_folders,
        guard=guard_of(settings),
    )
    return await asyncio.to_thread(_proposed, content.decode("utf-8", errors="replace"), doi)


def _proposed(before: str, doi: str) -> Proposal:
    try:
        after = naming.with_doi(before, doi)
    except naming.CannotName as why:
        raise Conflict(str(why)) from None
    return Proposal(file=METADATA_FILE, doi=doi, text=after, patch=patch(before, after, METADATA_FILE))
