"""FAIR assessments: what the robot is sent to, and what is kept of its visit.

What is not public is not assessed: a robot sees nothing of it, and to let ours in by a door of its own would
give a score that no other robot could confirm.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import fair
from fairhaven.catalog.fair.asking import Answer, origin
from fairhaven.catalog.fair.judging import Judged
from fairhaven.catalog.fair.robot import Harvest
from fairhaven.catalog.models import AssessmentRow, ModuleRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.core.addresses import networks
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.outbound import Guard, guard_of
from fairhaven.core.platform import Platform
from fairhaven.facts.catalog import ModuleAssessed

SETTLED = timedelta(minutes=10)
KEPT = 100  # assessments of a module
NOT_PUBLIC = "It is not public: a robot sees nothing of it, and there is no score."
_EVERYWHERE = Guard(allow=networks(("0.0.0.0/0", "::/0")))


@dataclass(frozen=True)
class Visit:
    """What the robot is sent to."""

    module_id: UUID
    name: str
    release_id: UUID | None
    commit: str
    public: bool


async def to_visit(session: AsyncSession, module_id: UUID) -> Visit | None:
    """What to send the robot to, for the platform's own jobs: asks no policy. None: it was removed."""
    row = await session.get(ModuleRow, module_id)
    if row is None or row.removed_at:
        return None
    public = row.visibility == Visibility.PUBLIC and not row.hidden
    return Visit(row.id, row.name, row.latest_release_id, row.commit, public)


async def claim_outdated(session: AsyncSession) -> UUID | None:
    """A public module that changed since the robot was there, longest ago first; nobody else gets it then.

    What changed just now may be building: its release sends the robot anyway.
    """
    there = and_(ModuleRow.removed_at.is_(None), ~ModuleRow.hidden, ModuleRow.visibility == Visibility.PUBLIC)
    settled = ModuleRow.updated_at < now() - SETTLED
    stale = or_(ModuleRow.assessed_at.is_(None), ModuleRow.assessed_at < ModuleRow.updated_at)
    first = select(ModuleRow.id).where(there, settled, stale).order_by(ModuleRow.updated_at).limit(1)
    claim = update(ModuleRow).where(ModuleRow.id.in_(first.with_for_update(skip_locked=True)))
    found: UUID | None = await session.scalar(claim.values(assessed_at=now()).returning(ModuleRow.id))
    return found


async def visit(platform: Platform, about: Visit) -> Harvest | None:
    """Send the robot; None where there is nothing for it to see. Talks to the network: in no transaction."""
    if not about.public:
        return None
    url = platform.settings.public_url
    here, others = origin(url), guard_of(platform.settings)

    def guard_for(address: str) -> Guard:
        # Our own address may well lead to a network of ours; nothing else does.
        return _EVERYWHERE if origin(address) == here else others

    start = f"{url}/id/module/{quote(about.name)}"
    return await fair.visit(start, guard_for, agent=f"Fairhaven-FAIR-robot/1 (+{url})")


async def write(session: AsyncSession, about: Visit, found: Harvest | None) -> None:
    """Keep what came of a visit; the module bears its score from then on."""
    row = await session.get(ModuleRow, about.module_id, with_for_update=True)
    if row is None or row.removed_at:
        return
    judged = fair.judge(found) if found else Judged(())
    problem = _problem(found)
    session.add(_row(about, judged, found, problem))
    row.assessed_at = now()
    row.fair_score = None if problem and not about.public else row.fair_score
    if not problem:
        row.fair_score = int(judged.percentage)
        told = ModuleAssessed(
            project=row.project_id,
            module=row.id,
            name=row.name,
            percentage=judged.percentage,
            release=about.release_id,
        )
        await emit(session, told)
    await session.flush()
    await _forget_old(session, about.module_id)


def _problem(found: Harvest | None) -> str | None:
    if found is None:
        return NOT_PUBLIC
    if found.landing.status == 0:
        return f"The robot could not reach {found.landing.asked}: {found.landing.problem}"
    return None


def _row(about: Visit, judged: Judged, found: Harvest | None, problem: str | None) -> AssessmentRow:
    tests = [
        {"id": each.test.id, "passed": each.passed, "evidence": each.evidence}
        for metric in judged.metrics
        for each in metric.tests
    ]
    return AssessmentRow(
        module_id=about.module_id,
        release_id=about.release_id,
        commit=about.commit,
        rubric=fair.RUBRIC,
        problem=problem,
        percentage=judged.percentage,
        principles=dict(judged.principles),
        software=judged.software,
        metrics=tests,
        asked=[_asked(each) for each in found.asked] if found else [],
    )


def _asked(answer: Answer) -> dict[str, Any]:
    return {
        "method": answer.method,
        "url": answer.asked,
        "accept": answer.accept,
        "answer": answer.said[:300],
        "led_to": answer.url if answer.url != answer.asked else None,
    }


async def _forget_old(session: AsyncSession, module_id: UUID) -> None:
    mine = AssessmentRow.module_id == module_id
    newest = select(AssessmentRow.id).where(mine).order_by(AssessmentRow.created_at.desc()).limit(KEPT)
    await session.execute(delete(AssessmentRow).where(mine, AssessmentRow.id.not_in(newest)))
