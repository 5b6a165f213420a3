"""Makes engines run what is wanted, and writes down what they do.

Each look asks the engine how the run is, takes at most one step towards what is wanted, and asks again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import Unconfigured
from fairhaven.core.facts import emit
from fairhaven.core.live import Notice
from fairhaven.core.platform import Platform
from fairhaven.core.reconcile import Reconciler
from fairhaven.facts.workloads import WorkloadChanged
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import TokenSpec
from fairhaven.projects import service as projects
from fairhaven.secrets import delivery
from fairhaven.secrets.delivery import Recipient, SecretMissing
from fairhaven.secrets.ports import StoreFailed
from fairhaven.workloads import readiness
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.ports import Engine, Observed, Phase, Run
from fairhaven.workloads.readiness import Readiness
from fairhaven.workloads.schemas import SETTLED, TOKEN, URL, Kind, Resources, State, Wanted

SOON = timedelta(seconds=0.3)
WELL = timedelta(seconds=2)
LATER = timedelta(seconds=5)
MOST_FAILURES = 5  # in a row; then it is left as it is
FORGIVEN_AFTER = timedelta(seconds=60)  # of running well
BROKEN_AFTER = timedelta(seconds=20)  # of saying itself that it cannot be ready
KILLED = 137
LAST_WORDS = 1200  # bytes of a log that go into the reason of a failure


@dataclass(frozen=True)
class Outcome:
    """What one look found.

    Attributes:
        given_up: why it was told to end (it did not get ready in time), or cannot begin.
        waits: why it cannot begin now.
        last_words: the end of its log, when it ended by itself.
    """

    generation: int
    engine: str
    seen: Observed
    ready: Readiness | None = None
    given_up: str | None = None
    waits: str | None = None
    last_words: str = ""
    endpoint: str = ""


async def act(platform: Platform, row: WorkloadRow) -> Outcome:
    """Look at the run, take a step towards what is wanted, look again."""
    name, engine = _engine(platform, row)
    seen = await engine.look(row.id)
    try:
        if await _step(platform, engine, row, seen):
            seen = await engine.look(row.id)
    except SecretMissing as missing:
        return Outcome(
            row.generation, name, seen, given_up=f"{missing.detail} {missing.remedy or ''}".strip()
        )
    except StoreFailed as failed:
        return Outcome(row.generation, name, seen, waits=f"It waits for its secrets. {failed.detail}")
    outcome = Outcome(
        row.generation, name, seen, endpoint=f"{platform.settings.public_url}/endpoints/{row.id}/"
    )
    if row.wanted != Wanted.RUNNING or seen.generation != row.generation:
        return outcome
    if seen.phase is Phase.ENDED and seen.exit_code:
        return replace(outcome, last_words=(await engine.log(row.id, -LAST_WORDS, LAST_WORDS)).text)
    if seen.phase is Phase.RUNNING and row.kind != Kind.BATCH:
        return await _asked(platform, engine, row, outcome)
    return outcome


async def apply(session: AsyncSession, row: WorkloadRow, outcome: Outcome) -> timedelta | None:
    """Write down what was found; says when to look again, None when nothing will happen by itself."""
    if outcome.generation != row.generation:
        return SOON
    if row.wanted == Wanted.DELETED:
        return await _forget(session, row, outcome.seen)
    before = (row.state, row.reason)
    row.engine = outcome.engine
    wait = _settle(row, outcome)
    if row.state in SETTLED and not outcome.seen.alive:
        await _give_back(session, row)
    elif row.scopes and outcome.seen.alive:
        await identity.prolong_of_workload(session, row.id)
    if (row.state, row.reason) != before:
        told = WorkloadChanged(
            workload=row.id, name=row.name, state=row.state, reason=row.reason, project=row.project_id
        )
        await emit(session, told)
    return wait


def wakes(notice: Notice) -> bool:
    return notice.kind in ("workload.queued", "workload.asked", "workload.deleted")


reconciler = Reconciler(name="workload", table=WorkloadRow, act=act, apply=apply, wakes=wakes)


async def _step(platform: Platform, engine: Engine, row: WorkloadRow, seen: Observed) -> bool:
    """Take the one step that is due; whether there was one."""
    in_the_way = row.wanted != Wanted.RUNNING or seen.generation != row.generation
    if seen.alive and in_the_way:
        await engine.stop(row.id)
    elif row.wanted == Wanted.DELETED:
        await engine.delete(row.id)
    elif row.wanted == Wanted.RUNNING and in_the_way:
        await engine.start(await _run(platform, row))
    else:
        return False
    return True


async def _asked(platform: Platform, engine: Engine, row: WorkloadRow, outcome: Outcome) -> Outcome:
    """Ask whether it is ready; give up on one that does not get so."""
    ready = await readiness.ask(outcome.seen.addresses["http"])
    if row.secrets or row.secret_files:
        ready = ready.unquoted()
    age = now() - (outcome.seen.started_at or now())
    limit = BROKEN_AFTER if ready.failed else timedelta(seconds=platform.settings.probe_timeout + 30)
    if ready.ready or row.state == State.RUNNING or age < limit:
        return replace(outcome, ready=ready)
    await engine.stop(row.id)
    return replace(
        outcome,
        given_up=f"It did not get ready within {age.total_seconds():.0f} s. {ready.reason or ''}".strip(),
    )


def _settle(row: WorkloadRow, outcome: Outcome) -> timedelta | None:
    seen = outcome.seen
    if outcome.given_up:
        _become(row, State.FAILED, outcome.given_up)
        row.wanted = Wanted.STOPPED
        return SOON
    if row.wanted == Wanted.STOPPED:
        return _stopping(row, seen)
    if outcome.waits:
        _become(row, State.QUEUED, outcome.waits)
        return LATER
    if seen.generation != row.generation:
        _become(row, State.QUEUED, "It waits for its last run to end." if seen.alive else row.reason)
        return SOON
    match seen.phase:
        case Phase.PREPARING:
            _become(row, State.STARTING, seen.reason)
        case Phase.RUNNING:
            return _running(row, outcome)
        case Phase.ENDED:
            return _ended(row, outcome)
    return SOON


def _running(row: WorkloadRow, outcome: Outcome) -> timedelta:
    seen, ready = outcome.seen, outcome.ready
    row.started_at = seen.started_at
    if ready is not None and not ready.ready and row.state != State.RUNNING:
        _become(row, State.STARTING, ready.reason)
        return SOON
    _become(row, State.RUNNING, ready.reason if ready else None)
    row.addresses = dict(seen.addresses) if ready else {}
    row.endpoints = [{"name": "http", "url": outcome.endpoint}] if ready else []
    if row.started_at is not None and now() - row.started_at > FORGIVEN_AFTER:
        row.failures = 0
    return WELL


def _stopping(row: WorkloadRow, seen: Observed) -> timedelta | None:
    if seen.alive:
        return SOON
    _note_end(row, seen)
    if row.state != State.FAILED:
        _become(row, State.STOPPED, None)
    return None


def _ended(row: WorkloadRow, outcome: Outcome) -> timedelta | None:
    seen = outcome.seen
    _note_end(row, seen)
    if row.kind == Kind.BATCH:
        _become(row, *_end_of_batch(outcome))
        return None
    if row.failures >= MOST_FAILURES:
        _become(row, State.FAILED, f"{_why(outcome)} It was started {row.failures + 1} times in a row.")
        return None
    wait = timedelta(seconds=2**row.failures)
    row.failures += 1
    row.restarts += 1
    row.generation += 1
    again = f"It starts again in {wait.total_seconds():.0f} s (attempt {row.failures} of {MOST_FAILURES})."
    _become(row, State.STARTING, f"{_why(outcome)} {again}")
    return wait


def _end_of_batch(outcome: Outcome) -> tuple[State, str | None]:
    code = outcome.seen.exit_code
    if code is None:
        return State.INTERRUPTED, f"{_why(outcome)} Start it again to repeat it."
    return (State.SUCCEEDED, None) if code == 0 else (State.FAILED, _why(outcome))


def _why(outcome: Outcome) -> str:
    """How it ended, in a sentence, with the last lines that it wrote."""
    seen = outcome.seen
    if seen.exit_code is None:
        return seen.reason or "It ended, and nobody knows how."
    said = f"It ended with exit code {seen.exit_code}"
    if seen.exit_code > 128:
        memory = ", perhaps for lack of memory" if seen.exit_code == KILLED else ""
        said += f" (signal {seen.exit_code - 128}{memory})"
    last = " / ".join(line.strip() for line in outcome.last_words.splitlines()[-3:] if line.strip())
    return f"{said}: {last[-500:]}" if last else f"{said}."


def _printable(text: str) -> str:
    """Without control characters: PostgreSQL refuses NUL, and nobody can read the rest."""
    return "".join(each for each in text if each.isprintable() or each == " ")


def _note_end(row: WorkloadRow, seen: Observed) -> None:
    row.addresses, row.endpoints = {}, []
    row.exit_code, row.ended_at = seen.exit_code, _latest(seen.ended_at)
    row.started_at = seen.started_at or row.started_at


def _latest(moment: datetime | None) -> datetime:
    return moment or now()


async def _forget(session: AsyncSession, row: WorkloadRow, seen: Observed) -> timedelta | None:
    if seen.phase is not Phase.ABSENT:
        return SOON
    await _give_back(session, row)
    await session.delete(row)
    return None


async def _give_back(session: AsyncSession, row: WorkloadRow) -> None:
    """It uses nothing any more, and may do nothing."""
    await projects.release(session, row.id)
    if row.scopes:
        await identity.revoke_of_workload(session, row.id)


def _become(row: WorkloadRow, state: State, reason: str | None) -> None:
    row.state, row.reason = state, _printable(reason) if reason else None


def _engine(platform: Platform, row: WorkloadRow) -> tuple[str, Engine]:
    """The engine that has it, or the first one for a new workload.

    Raises:
        Unconfigured: the settings name no engine, or no longer the one that has it.
    """
    engines = platform.drivers.get("engines", {})
    name = row.engine or next(iter(engines), "")
    if name not in engines:
        raise Unconfigured(f"The engine `{name}:` is not among the settings.", fix="Name it in `engines`.")
    engine: Engine = engines[name]
    return name, engine


async def _run(platform: Platform, row: WorkloadRow) -> Run:
    """What to start: its secrets are read now, given to the engine, and kept nowhere else.

    Raises:
        SecretMissing: one is not there, or not its owner's to use.
        StoreFailed: they cannot be read now.
    """
    command = ["{runtime}", "-m", "fairhaven_runtime", "serve", "--python", "{python}"]
    command += ["--host", "{host}", "--port", "{port}", "--work-dir", "{work}", "--drain-timeout", "4"]
    command += ["--state-dir", "{work}/state", "--release", f"{row.module} {row.version}"]
    recipient = Recipient(row.id, row.name, row.owner_id, row.project_id)
    given = await delivery.deliver(platform, recipient, [*row.secrets.values(), *row.secret_files])
    return Run(
        id=row.id,
        generation=row.generation,
        command=command,
        bundle=row.bundle,
        environment=row.environment,
        secrets={name: given.values[reference] for name, reference in row.secrets.items()}
        | await _token(platform, row),
        secret_files={each.rpartition("/")[2]: given.values[each] for each in row.secret_files},
        resources=Resources.model_validate(row.resources),
    )


async def _token(platform: Platform, row: WorkloadRow) -> dict[str, str]:
    """Where the platform is and the token for it, of a workload that may do something there."""
    if not row.scopes:
        return {}
    spec = TokenSpec(name=row.name, scopes=row.scopes, project_id=row.project_id)
    async with platform.transaction() as session:
        made = await identity.mint_for_workload(session, row.owner_id, row.id, spec)
    return {TOKEN: made.secret, URL: platform.settings.public_url}
