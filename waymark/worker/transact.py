"""Executes transactional actions: their writes and their completion are one commit, or nothing."""

import asyncio
import time
from typing import Any
from uuid import UUID

from waymark.actions import Action
from waymark.codec import encode
from waymark.errors import TransactionLost
from waymark.transactions import begin
from waymark.worker import protocol
from waymark.worker.protocol import Run

PATIENCE = 30.0
"""Seconds in which a lost database may come back; then the attempt fails."""
PAUSE = 0.2


async def transact(action: Action, kind: type, run: Run, arguments: dict[str, Any]) -> bytes:
    """Execute an action and complete it in its own transaction; its result as JSON.

    What the daemon is told of it afterwards comes second and changes nothing. So does what is tried again here, should the
    connection have broken after the commit: the claim is gone then.

    Raises:
        ClaimLost: the attempt is no longer claimed; nothing was written.
        TransactionLost: the database did not come back.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await _transact_once(action, kind, run, arguments)
        except TransactionLost:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(PAUSE)


async def _transact_once(action: Action, kind: type, run: Run, arguments: dict[str, Any]) -> bytes:
    run_id = UUID(bytes=run.run_id)
    async with begin(kind) as scalar:
        token = await scalar("select waymark.claim_token(%s, %s, %s)", run_id, run.action_id, run.attempt)
        positional, keywords = action.bind(arguments)
        value = encode(await action.inject(*positional, **keywords), "result").encode()
        if len(value) > protocol.MAX_VALUE:
            raise protocol.too_large(len(value))
        await scalar("select waymark.complete_action(%s, %s, %s, %s::jsonb)", run_id, run.action_id, token, value.decode())
    return value
