"""`waymark doctor`: what is wrong with the engine or its database, and what to do."""

import argparse
import json
from collections.abc import Callable

from psycopg.errors import InsufficientPrivilege

from waymark.cli.engine import call
from waymark.client import Finding
from waymark.config import database_url
from waymark.db import install

DOCTOR = "select coalesce(json_agg(d), '[]')::text from waymark.doctor() d"


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command of this module."""
    parser = add("doctor", help="examine the engine and its database; exit code 1 if something fails")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=doctor)


def doctor(options: argparse.Namespace) -> int:
    """Print what was found; a failure, not a warning, is an exit code of 1."""
    findings = [Finding(**found) for found in json.loads(str(call(DOCTOR)))]
    findings.insert(0, examine_package())
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{finding.status:8} {finding.check_name:14} {finding.detail}")
            if finding.hint is not None:
                print(f"{'':23} -> {finding.hint}")
    return 1 if any(finding.status == "failure" for finding in findings) else 0


def examine_package() -> Finding:
    """Whether the engine in the database is the one that this package brings."""
    head = install.head()
    try:
        revision = install.current(database_url())
    except InsufficientPrivilege:
        return Finding("package", "ok", f"this role may not see the engine's revision; the package brings {head}", None)
    if revision is None:
        return Finding("package", "ok", f"the engine was not installed by a migration; the package brings {head}", None)
    if revision == head:
        return Finding("package", "ok", f"the engine is that of this package, {head}", None)
    hint = "Upgrade the engine: waymark db upgrade." if install.knows(revision) else "Upgrade the waymark package on this host."
    return Finding("package", "failure", f"the engine is {revision}, this package brings {head}", hint)
