"""A person decides: the run waits for a signal, from whoever sends it."""

from pydantic import BaseModel

from waymark import Workflow, action, workflow


class Decision(BaseModel):
    approved: bool
    by: str


@action
async def ask(expense: str, amount: int) -> str:
    return f"Who approves {amount} for {expense}?"


@action
async def pay(expense: str, amount: int, decision: Decision) -> str:
    return f"{expense}: {amount} paid, approved by {decision.by}"


@workflow
class ApprovalWorkflow(Workflow):
    async def run(self, expense: str, amount: int, days: float = 7) -> str:
        await ask(expense, amount)
        try:
            decision: Decision = await self.wait_for_signal("decision", timeout=days * 24 * 3600)
        except TimeoutError:
            return f"{expense}: nobody has decided"
        if not decision.approved:
            return f"{expense}: rejected by {decision.by}"
        return await pay(expense, amount, decision)
