"""FAIR assessments as they are told: what was kept, with the words of the rubric."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import fair, policy
from fairhaven.catalog.fair.judging import Judged
from fairhaven.catalog.models import AssessmentRow, ReleaseRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.catalog.schemas.fair import (
    Assessment,
    AssessmentMark,
    Assessments,
    FairAnswer,
    FairMetric,
    FairPoints,
    FairTest,
    Outcome,
)
from fairhaven.catalog.service.reading import row_named
from fairhaven.core.policy import Actor

MOST_MARKS = 60


async def assessments(session: AsyncSession, actor: Actor, name: str) -> Assessments:
    """The latest assessment of a module, and the marks of those before; everybody who sees the module may.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    module = await row_named(session, actor, name)
    query = (
        select(AssessmentRow, ReleaseRow.version)
        .outerjoin(ReleaseRow, ReleaseRow.id == AssessmentRow.release_id)
        .where(AssessmentRow.module_id == module.id)
        .order_by(AssessmentRow.created_at.desc(), AssessmentRow.id.desc())
    )
    rows = [(row, version) for row, version in await session.execute(query.limit(MOST_MARKS))]
    return Assessments(
        module=module.name,
        public=module.visibility == Visibility.PUBLIC,
        latest=_told(*rows[0]) if rows else None,
        history=[AssessmentMark(**_mark(row, version)) for row, version in rows],
    )


async def check_assess(session: AsyncSession, actor: Actor, name: str) -> UUID:
    """The id of the module, if the actor may send the robot there.

    Raises:
        NotFound, NotAllowed
    """
    row = await row_named(session, actor, name)
    policy.can_assess.check(actor, row)
    return row.id


def _mark(row: AssessmentRow, version: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "assessed_at": row.created_at,
        "release": version,
        "commit": row.commit,
        "rubric": row.rubric,
        "problem": row.problem,
        "percentage": row.percentage,
        "software": row.software,
    }


def _told(row: AssessmentRow, version: str | None) -> Assessment:
    """The assessment with the rubric's words; tests that the rubric has no more are left out."""
    judged = _read(row)
    return Assessment(
        **_mark(row, version),
        principles=row.principles,
        points={str(each): _points(judged, each) for each in fair.Control},
        metrics=[_metric(each) for each in judged.metrics],
        asked=[FairAnswer.model_validate(each) for each in row.asked],
    )


def _read(row: AssessmentRow) -> Judged:
    kept = {each["id"]: each for each in row.metrics}
    return fair.recall({id: (bool(each["passed"]), str(each["evidence"])) for id, each in kept.items()})


def _points(judged: Judged, control: fair.Control) -> FairPoints:
    earned, points = judged.points(control)
    return FairPoints(earned=earned, points=points)


def _metric(scored: fair.Scored) -> FairMetric:
    metric = scored.metric
    return FairMetric(
        id=metric.id,
        title=metric.title,
        principle=metric.principle,
        before=metric.before,
        software=metric.software,
        earned=scored.earned,
        points=metric.points,
        outcome=_outcome(scored.earned, metric.points),
        tests=_tests(scored),
    )


def _tests(scored: fair.Scored) -> Sequence[FairTest]:
    # Of tests of which the best one counts, none has to be mended once one passed.
    done = scored.metric.best and scored.earned == scored.metric.points
    return [
        FairTest(
            id=each.test.id,
            asks=each.test.asks,
            passed=each.passed,
            points=each.test.points,
            control=each.test.control,
            evidence=each.evidence,
            fix=None if each.passed or done else each.test.fix,
            edit=each.test.field or None,
            note=each.test.note,
        )
        for each in scored.tests
    ]


def _outcome(earned: float, points: float) -> Outcome:
    if earned >= points:
        return Outcome.PASSED
    return Outcome.PARTLY if earned else Outcome.FAILED
