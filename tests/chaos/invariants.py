"""What must be true after a trial. Each function answers the sentences about what is not."""

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator

import psycopg

from tests.chaos.journal import Action, Claim, End, Execution, Journal, Ledger, Renewal
from tests.chaos.plan import HEARTBEAT, LEASE
from tests.faults.load import BROKEN_HISTORY

HOT_TABLES = ("tasks", "actions", "timers", "pages", "task_waits", "scopes", "semaphores", "sessions")
LEASE_TIME = dt.timedelta(seconds=LEASE)
# Without the heartbeats of anybody for so long, nobody was there to take work over.
ABSENCE = dt.timedelta(seconds=3 * HEARTBEAT)


def history_is_whole(connection: psycopg.Connection) -> Iterator[str]:
    """Attempts are numbered without a gap, and the last one alone is final."""
    for run_id, step, slot, attempts, outcomes in connection.execute(BROKEN_HISTORY.encode()):
        yield f"run {run_id}: attempts {attempts} of step {step}, slot {slot}, ended as {outcomes}"


def hot_tables_are_empty(connection: psycopg.Connection) -> Iterator[str]:
    for table in HOT_TABLES:
        rows = connection.execute(f"select to_jsonb(t) from waymark.{table} t limit 3".encode()).fetchall()
        if rows:
            yield f"waymark.{table} has rows left: {rows}"


def effects_are_once(connection: psycopg.Connection, expected: Counter[tuple[str, int]], journal: Journal) -> Iterator[str]:
    """Each payment that CPython makes was made once, by the execution whose completion was committed with it."""
    rows = connection.execute("select reference, n, execution from chaos.effects").fetchall()
    made = Counter((reference, n) for reference, n, _ in rows)
    for effect in expected.keys() | made.keys():
        if made[effect] != expected[effect]:
            yield f"the effect {effect} exists {made[effect]} times, CPython made it {expected[effect]} times"
    completed = {end.execution for end in journal.ends if end.outcome == "succeeded"}
    for reference, n, execution in rows:
        if execution not in completed:
            yield f"the effect {(reference, n)} is that of execution {execution}, which did not complete its action"


def tokens_are_fresh(journal: Journal) -> Iterator[str]:
    for claim, again in itertools.chain.from_iterable(map(itertools.pairwise, journal.claims_by_action().values())):
        if claim.fencing_token >= again.fencing_token:
            yield f"{again} has no fresher fencing token than {claim}"


def tokens_were_live(journal: Journal, ledger: Ledger) -> Iterator[str]:
    """What ended an attempt was made by an execution of that attempt, under the claim that was live then.

    A result without an execution of its own to it, or from another daemon than the last that claimed, was handed in under a
    token that somebody else had.
    """
    made = {execution.number: execution for execution in ledger.executions}
    attempts = {(execution.action, execution.attempt): execution for execution in ledger.executions}
    claims = journal.claims_by_action()
    succeeded: set[Action] = set()
    for end in journal.ends:
        if end.action in succeeded:
            yield f"{end} comes after its action has succeeded"
        if end.outcome == "succeeded":
            succeeded.add(end.action)
            execution = made.get(end.execution or "")
        elif end.outcome == "failed":
            execution = attempts.get((end.action, end.attempt))
        else:
            continue
        live = [claim for claim in claims[end.action] if claim.seq < end.seq][-1]
        if execution is None or not is_live(end, execution, live):
            yield f"{end} was made by {execution}, live was {live}"


def is_live(end: End, execution: Execution, live: Claim) -> bool:
    return (
        (execution.action, execution.attempt) == (end.action, end.attempt)
        and execution.ended is not None
        and execution.ended <= end.at
        and (live.attempt, live.daemon) == (end.attempt, execution.daemon)
    )


def executions_are_known(journal: Journal, ledger: Ledger) -> Iterator[str]:
    """Each attempt that was executed is in history, and was executed by one worker."""
    known = {(end.action, end.attempt) for end in journal.ends}
    attempts: dict[tuple[Action, int], set[int]] = defaultdict(set)
    for execution in ledger.executions:
        attempts[execution.action, execution.attempt].add(execution.worker)
    for attempt, workers in attempts.items():
        if attempt not in known:
            yield f"{attempt} was executed and is in no history"
        if len(workers) > 1:
            yield f"{attempt} was executed by the workers {workers}"


def work_is_taken_over(journal: Journal, ledger: Ledger) -> Iterator[str]:
    """Two leases after its holder was lost an action has been offered again, and whoever has free hands claims it in a third.

    Lost is who does not renew its lease any more, or never learnt of its claim, because the answer that named it was lost.
    The time is counted from when somebody else was there: renewed a lease, or had its last worker come up.
    """
    executed = {(execution.action, execution.attempt, execution.daemon) for execution in ledger.executions}
    reasons = {(end.action, end.attempt): end.message or "" for end in journal.ends if end.outcome == "lost"}
    for claim, again in itertools.chain.from_iterable(map(itertools.pairwise, journal.claims_by_action().values())):
        offers = [offer for offer in journal.offers if offer.action == claim.action and claim.seq < offer.seq < again.seq]
        if not offers:
            yield f"{claim} was live when {again} was made"
            continue
        (offer,) = offers
        renewals = [renewal for renewal in journal.renewals if renewal.session_id == claim.session_id and renewal.at < offer.at]
        if claim.attempt == again.attempt and (claim.action, claim.attempt, claim.daemon) not in executed:
            lost, engine_lost = claim.at, claim.engine_at
        elif renewals and "the lease of session" in reasons.get((claim.action, claim.attempt), ""):
            lost, engine_lost = renewals[-1].at, renewals[-1].until - LEASE_TIME
        else:
            continue
        others = [renewal for renewal in journal.renewals if renewal.session_id != claim.session_id and renewal.at < again.at]
        # The clock that jumps ahead ends a lease early, the one that jumps back late: neither is a delay.
        delay = min(offer.at - back_since(others, lost, offer.at), offer.engine_at - engine_lost)
        if delay > 2 * LEASE_TIME:
            yield f"{claim} was lost at {lost} and offered again {delay} later"
        ready = max([offer.at, *(at for at in ledger.births if at < again.at)])
        hungry = Counter(renewal.session_id for renewal in others if renewal.hungry and ready < renewal.at)
        if hungry and max(hungry.values()) > LEASE / HEARTBEAT:
            yield f"{offer} was claimed at {again.at}, though others waited for work"


def back_since(others: list[Renewal], lost: dt.datetime, until: dt.datetime) -> dt.datetime:
    """From when on somebody else has renewed a lease without a break."""
    seen = [lost, *(renewal.at for renewal in others if lost < renewal.at < until), until]
    return max([lost, *(later for earlier, later in itertools.pairwise(seen) if later - earlier > ABSENCE)])
