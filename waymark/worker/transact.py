"""Executes transactional actions: their writes and their completion are one commit, or nothing."""

import asyncio
import time
from typing import Any
from uuid import UUID

from waymark.actions import Action
from waymark.codec import encode
from waymark.errors import TransactionError, TransactionLost
from waymark.transactions import LEFT_TO_THE_END, begin
from waymark.worker import protocol
from waymark.worker.protocol import Run

PATIENCE = 30.0
"""Seconds in which a lost database may come back; then the attempt fails."""
PAUSE = 0.2

# An action that has ended its transaction in SQL of its own is in another one, which began later.
CLAIM = "select array[waymark.claim_token(%s, %s, %s), extract(epoch from now())]"
COMPLETE = "select waymark.complete_action(%s, %s, %s::bigint, %s::jsonb)::text where extract(epoch from now()) = %s"


async def transact(action: Action, kind: type, run: Run, arguments: dict[str, Any]) -> bytes:
    """Execute an action and complete it in its own transaction; its result as JSON.

    What the daemon is told of it afterwards comes second and changes nothing. So does what is tried again here, should the
    connection have broken after the commit: the claim is gone then.

    Raises:
        TransactionError: the action has ended its transaction itself.
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
        token, began = await scalar(CLAIM, run_id, run.action_id, run.attempt)
        positional, keywords = action.bind(arguments)
        value = encode(await action.inject(*positional, **keywords), "result").encode()
        if len(value) > protocol.MAX_VALUE:
            raise protocol.too_large(len(value))
        if await scalar(COMPLETE, run_id, run.action_id, token, value.decode(), began) is None:
            raise TransactionError(LEFT_TO_THE_END, detail="What it has committed itself is not undone.")
    return value
