"""What was noted during a trial: by the database, in the transactions that claim, end and renew, and by the actions."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg

EFFECTS = "create schema chaos; create table chaos.effects (reference text, n int, execution text);"

# at: the true time. engine_at: what the engine's clock says; of a lease, until when it goes.
JOURNAL = """
create table chaos.journal (
  seq bigint generated always as identity primary key, event text,
  run_id uuid, action_id bigint, attempt int, fencing_token bigint, session_id bigint, daemon int,
  outcome text, message text, execution text, hungry boolean, engine_at timestamptz, at timestamptz default clock_timestamp());

create function chaos.note() returns trigger language plpgsql security definer as $$
begin
  if tg_table_name = 'sessions' then
    insert into chaos.journal (event, session_id, hungry, engine_at)
    values ('renewed', new.session_id, new.hungry, new.expires_at);
  elsif tg_table_name = 'action_attempts' then
    insert into chaos.journal (event, run_id, action_id, attempt, session_id, outcome, message, execution, engine_at)
    values ('ended', new.run_id, new.action_id, new.attempt, new.session_id, new.outcome,
            new.value ->> 'message', new.value ->> 1, new.ended_at);
  elsif new.state <> 'running' then
    insert into chaos.journal (event, run_id, action_id, engine_at) values ('offered', new.run_id, new.action_id, new.ready_at);
  elsif tg_op = 'INSERT' or old.fencing_token <> new.fencing_token then
    insert into chaos.journal (event, run_id, action_id, attempt, fencing_token, session_id, daemon, engine_at)
    values ('claimed', new.run_id, new.action_id, new.attempt, new.fencing_token, new.session_id,
            (select (s.info ->> 'pid')::int from waymark.sessions s where s.session_id = new.session_id), new.claimed_at);
  end if;
  return null;
end
$$;
create trigger note_claim after insert or update on waymark.actions for each row
  when (new.state = 'running' and new.name like 'tests.chaos.flows:%') execute function chaos.note();
create trigger note_offer after update on waymark.actions for each row
  when (new.state <> 'running' and old.state = 'running' and new.name like 'tests.chaos.flows:%') execute function chaos.note();
create trigger note after insert on waymark.action_attempts for each row
  when (new.name like 'tests.chaos.flows:%') execute function chaos.note();
create trigger note after insert or update of expires_at on waymark.sessions for each row execute function chaos.note();
"""


class Action(NamedTuple):
    run_id: UUID
    action_id: int


class Execution(NamedTuple):
    """What an action wrote about one execution of itself. ended: None where its process was killed."""

    number: str
    action: Action
    attempt: int
    daemon: int
    worker: int
    ended: dt.datetime | None


class Claim(NamedTuple):
    seq: int
    action: Action
    attempt: int
    fencing_token: int
    session_id: int
    daemon: int
    engine_at: dt.datetime
    at: dt.datetime


class End(NamedTuple):
    """An attempt as the engine's history has it."""

    seq: int
    action: Action
    attempt: int
    session_id: int
    outcome: str
    message: str | None
    # Of its value: which execution returned it.
    execution: str | None
    at: dt.datetime


class Offer(NamedTuple):
    """A claim is over, and the action is to be claimed again."""

    seq: int
    action: Action
    engine_at: dt.datetime
    at: dt.datetime


class Renewal(NamedTuple):
    session_id: int
    # It waits for work, with free hands.
    hungry: bool
    until: dt.datetime
    at: dt.datetime


class Journal:
    def __init__(self, connection: psycopg.Connection) -> None:
        def read(columns: str, event: str) -> Iterable[tuple[object, ...]]:
            return connection.execute(f"select {columns} from chaos.journal where event = '{event}' order by seq".encode())

        def noted(kind: type[NamedTuple], columns: str, event: str) -> list[NamedTuple]:
            rows = read(f"seq, run_id, action_id, {columns}, at", event)
            return [kind(seq, Action(run_id, action_id), *rest) for seq, run_id, action_id, *rest in rows]

        self.claims: list[Claim] = noted(Claim, "attempt, fencing_token, session_id, daemon, engine_at", "claimed")
        self.ends: list[End] = noted(End, "attempt, session_id, outcome, message, execution", "ended")
        self.offers: list[Offer] = noted(Offer, "engine_at", "offered")
        self.renewals = [Renewal(*row) for row in read("session_id, hungry, engine_at, at", "renewed")]

    def claims_by_action(self) -> dict[Action, list[Claim]]:
        found: dict[Action, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            found[claim.action].append(claim)
        return found


class Ledger:
    """What the actions wrote: their executions, and when workers came up, in the order in which it happened."""

    def __init__(self, file: Path) -> None:
        entries = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        ends = {entry["execution"]: instant(entry) for entry in entries if entry["event"] == "end"}
        self.births = [instant(entry) for entry in entries if entry["event"] == "born"]
        self.executions = [
            Execution(
                entry["execution"],
                Action(UUID(entry["run_id"]), entry["action_id"]),
                entry["attempt"],
                entry["daemon"],
                entry["worker"],
                ends.get(entry["execution"]),
            )
            for entry in entries
            if entry["event"] == "begin"
        ]


def instant(entry: dict[str, float]) -> dt.datetime:
    return dt.datetime.fromtimestamp(entry["at"], dt.UTC)
