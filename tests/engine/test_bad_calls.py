"""Every bad call has its SQLSTATE in docs/errors.md: each row is executed, and every refusal in sql/ is met by one."""

import re
from uuid import uuid4

import psycopg
import pytest

from tests.cluster import ROOT
from tests.engine import programs
from tests.engine.concurrency import function, give_local, module
from tests.engine.programs import const
from tests.engine.session import Session
from tests.engine.test_grants import ALLOWED
from waymark.client.connections import translate
from waymark.db import bundle
from waymark.errors import SQLSTATES, WaymarkError

PAGE = (ROOT / "docs/errors.md").read_text()
CALLS: list[tuple[str, str]] = re.findall(r"^\| `(waymark\..*)` \| (WM\d{3}) \|$", PAGE, re.MULTILINE)
REFUSES_NOTHING = {"doctor", "read_outcomes", "find_unwanted", "reclaim", "apply_retention", "close_session"}

# What a step raises stays inside the engine: the tests of operators and of steps have it.
INSIDE = {"WM501", "WM502", "WM503"}
RAISED = re.compile(
    r"raise exception using errcode = (?P<codes>case .*? end|'WM\d{3}'),\s*message = (?:format\()?'(?P<text>(?:[^']|'')*)'"
    r"|_raise\('(?P<code>WM\d{3})', (?:format\()?'(?P<message>(?:[^']|'')*)'",
    re.DOTALL,
)


@pytest.fixture
def names(session: Session) -> dict[str, object]:
    """What the page calls `:live`, `:failed`, …"""
    take = {"kind": "signal", "name": const("decision"), "type": ["bool"], "timeout": None, "target": "r"}
    session.register(module("Approval", function("run", take, give_local(), parameters=("amount",), local_names="r")))
    session.register(programs.divider())
    runs = {name: session.start("Approval", amount=1) for name in ("live", "succeeded", "cancelled", "terminated", "crowded")}
    runs["failed"] = session.start("Divider", n=0)
    session.turn()
    session.value("select waymark.signal(%s, 'decision', 'true')", runs["succeeded"])
    for verb in ("cancel", "terminate"):
        session.value(f"select waymark.{verb}(%s)", runs[f"{verb}led" if verb == "cancel" else f"{verb}d"])
    session.turn()
    session.turn()
    query = "select run_id, state from waymark.runs"
    states = dict(session.connection.execute(query).fetchall())
    assert {name: states[run_id] for name, run_id in runs.items()} == {
        name: "live" if name == "crowded" else name for name in runs
    }
    session.value("""select waymark.create_schedule('nightly', 'Approval', '@daily', '{"amount": 1}')""")
    crowd = """insert into waymark.signals (run_id, name, value, sent_at)
               select %s, 'decision', 'true', now() from generate_series(1, 10000)"""
    session.connection.execute(crowd, (runs["crowded"],))
    return {**runs, "unknown": uuid4(), "session": session.session_id}


def spell(call: str, names: dict[str, object]) -> bytes:
    def value(found: re.Match[str]) -> str:
        given = names[found[1]]
        return str(given) if isinstance(given, int) else f"'{given}'::uuid"

    return b"select " + re.sub(r"(?<![:\w]):([a-z]+)", value, call).encode()


def test_the_calls_of_the_page_are_refused(session: Session, names: dict[str, object]) -> None:
    """With the SQLSTATE of the page and the class that belongs to it; and no refusal of the engine is without a call."""
    before = fingerprint(session)
    said: list[tuple[str, str]] = []
    for call, code in CALLS:
        with pytest.raises(psycopg.Error) as refusal:
            session.connection.execute(spell(call, names))
        assert refusal.value.sqlstate == code, (call, refusal.value)
        error = translate(refusal.value)
        assert type(error) is SQLSTATES[code]
        assert isinstance(error, WaymarkError)
        assert not str(error).startswith(" "), call
        said.append((code, refusal.value.diag.message_primary or ""))
    assert fingerprint(session) == before, "what is refused changes nothing"
    unmet = [
        (path, text)
        for path, codes, text, pattern in refusals()
        if not any(code in codes and re.fullmatch(pattern, message, re.DOTALL) for code, message in said)
    ]
    assert unmet == []


def fingerprint(session: Session) -> list[tuple[str, int]]:
    """The counts of all tables."""
    names = session.connection.execute(
        "select relname from pg_class where relnamespace = 'waymark'::regnamespace and relkind = 'r'"
    )
    counted = [(name, session.value(f"select count(*) from waymark.{name}")) for (name,) in names.fetchall()]
    return sorted(counted)


def refusals() -> list[tuple[str, set[str], str, str]]:
    """Each place in sql/ that refuses a call: file, SQLSTATEs, the text of its message and a pattern for what it says."""
    found: list[tuple[str, set[str], str, str]] = []
    for path, source in bundle.sources().items():
        for match in RAISED.finditer(re.sub(r"--[^\n]*", "", source)):
            codes = set(re.findall(r"WM\d{3}", match["codes"] or match["code"])) - INSIDE
            text = (match["text"] if match["message"] is None else match["message"]).replace("''", "'")
            pattern = ".*".join(re.escape(part) for part in re.split(r"%[sLI]", text))
            if codes:
                found.append((path, codes, text, pattern))
    return found


def test_every_refusal_is_seen() -> None:
    """The scan finds each place that names an SQLSTATE, so that none is left out by the way in which it is written."""
    named = re.compile(r"errcode = (?:case [^,]*? end|'WM\d{3}')|_raise\('WM\d{3}'")
    inside = re.compile(r"WM50\d")
    for path, source in bundle.sources().items():
        code = re.sub(r"--[^\n]*", "", source)
        places = [match for match in named.findall(code) if not inside.search(match)]
        assert len(places) == sum(1 for found in refusals() if found[0] == path), path


def test_every_function_is_on_the_page() -> None:
    called = {re.match(r"waymark\.(\w+)", call)[1] for call, _ in CALLS}  # type: ignore[index]
    public = set[str]().union(*ALLOWED.values())
    assert called | REFUSES_NOTHING == public
    assert called & REFUSES_NOTHING == set()
    (sentence,) = re.findall(r"^(`doctor`.*?) refuse nothing", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", sentence)) == REFUSES_NOTHING


def test_the_codes_of_the_page() -> None:
    listed = dict(re.findall(r"^\| (WM\d{3}) \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert listed == {code: error.__name__ for code, error in SQLSTATES.items()}
    met = {code for _, code in CALLS}
    # test_register.py has the limits of an IR.
    assert met == set(SQLSTATES) - INSIDE - {"WM102"}
