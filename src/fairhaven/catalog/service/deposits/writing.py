"""Writing a DOI back: exports and citations of the release tell it from then on."""

from uuid import UUID

from fairhaven.catalog.models import DepositRow, ModuleRow, ReleaseRow
from fairhaven.catalog.ports import Deposited
from fairhaven.catalog.schemas import DepositState, Step
from fairhaven.catalog.service.terms import terms_of
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.facts.catalog import DepositPublished


async def write_back(platform: Platform, deposit_id: UUID, record: Deposited) -> None:
    """Note that a deposit is published, and its DOIs with the release and the module."""
    async with platform.transaction() as session:
        row = await session.get_one(DepositRow, deposit_id, with_for_update=True)
        if row.state == DepositState.PUBLISHED:
            return
        module = await session.get_one(ModuleRow, row.module_id, with_for_update=True)
        release = await session.get_one(ReleaseRow, row.release_id)
        row.state, row.step, row.problem, row.failures = DepositState.PUBLISHED, Step.DOI, None, 0
        row.remote_id, row.page = record.id, record.page
        row.doi, row.concept_doi = record.doi or row.doi, record.concept_doi
        row.published_at = row.updated_at = now()
        release.doi = release.doi or row.doi
        module.doi = module.doi or row.concept_doi
        # Harvesters are to come for it.
        module.updated_at, module.terms = now(), terms_of(module)
        fact = DepositPublished(
            project=row.project_id,
            deposit=row.id,
            module=module.id,
            release=release.id,
            name=module.name,
            version=release.version,
            depository=row.depository,
            doi=row.doi or "",
        )
        await emit(session, fact)
