import asyncio

from examples.approval import ApprovalWorkflow, Decision


async def main() -> None:
    run = await ApprovalWorkflow().start("train to Oslo", 120)
    await run.signal("decision", Decision(approved=True, by="Ann"))
    print(await run.result())


asyncio.run(main())
