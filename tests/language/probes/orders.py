"""Order processing, as users of Temporal and its kind write it."""

# fmt: off
import asyncio
import datetime as dt
import logging
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel

from tests.language.probes import probe
from waymark import BackoffPolicy, RetryPolicy, Workflow, action

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
TAX_RATES = {"de": 0.19, "fr": 0.2}
DISCOUNTS = (("gold", 0.2), ("silver", 0.1))


class Item(BaseModel):
    sku: str
    quantity: int = 1
    price: float = 1.0


class Order(BaseModel):
    id: int
    items: list[Item]
    customer: str = "ann"
    status: str = "new"
    paid: bool = False


class OutOfStock(Exception):
    def __init__(self, sku):
        super().__init__(sku)
        self.sku = sku


class PaymentDeclined(Exception):
    pass


@dataclass
class Receipt:
    order_id: int
    lines: list = field(default_factory=list)
    total: float = 0.0


@action
async def load_order(order_id: int) -> Order:
    items = [Item(sku="a" * n, quantity=n, price=n * 1.5) for n in range(1, order_id + 1)]
    return Order(id=order_id, items=items)


@action
async def reserve(sku: str, quantity: int) -> dict:
    if quantity > 3:
        raise OutOfStock(sku)
    return {"sku": sku, "reserved": quantity}


@action
async def release(reservation: dict) -> None:
    return None


@action
async def charge(amount: float, currency: str = "EUR") -> str:
    if amount > 100:
        raise PaymentDeclined("too much", amount)
    return "charge-" + currency


@action
async def refund(charge_id: str) -> bool:
    return True


@action
async def make_receipt(order_id: int, total: float) -> Receipt:
    return Receipt(order_id, [("total", total)], total)


@action
async def notify(customer: str, text: str) -> None:
    return None


@probe((1,), (3,), (5,))
class Saga(Workflow):
    """Compensations in reverse order."""

    async def run(self, order_id: int):
        order = await load_order(order_id)
        reservations = []
        try:
            for item in order.items:
                reservations = [await reserve(item.sku, item.quantity)] + reservations
            charge_id = await charge(await self.total_of(order))
        except OutOfStock as error:
            for reservation in reservations:
                await release(reservation)
            return {"status": "out of stock", "sku": error.sku, "released": reservations}
        except PaymentDeclined as error:
            await asyncio.gather(*[release(r) for r in reservations])
            return {"status": "declined", "why": error.args}
        return {"status": "done", "charge": charge_id, "reservations": reservations}

    async def total_of(self, order):
        total = 0.0
        for item in order.items:
            total += item.quantity * item.price
        return total


@probe((2,))
class SagaWithAppend(Workflow):
    async def run(self, order_id: int):
        compensations = []
        order = await load_order(order_id)
        for item in order.items:
            compensations.append(await reserve(item.sku, item.quantity))
        return compensations


@probe((2,))
class SumOfGenerator(Workflow):
    async def run(self, order_id: int):
        order = await load_order(order_id)
        return sum(item.price * item.quantity for item in order.items)


@probe((2,))
class FormattedMessage(Workflow):
    async def run(self, order_id: int):
        order = await load_order(order_id)
        await notify(order.customer, f"Order {order.id} is on its way")


@probe((2,))
class MutatesTheModel(Workflow):
    async def run(self, order_id: int):
        order = await load_order(order_id)
        order.status = "paid"
        return order


@probe((2,))
class MutatesADict(Workflow):
    async def run(self, order_id: int):
        state = {"id": order_id}
        state["status"] = "new"
        state["count"] += 1
        return state


@probe((2,), codes=["WMC401"])
class Logs(Workflow):
    async def run(self, order_id: int):
        logger.info("processing %s", order_id)
        return await charge(1.0)


@probe((2,), codes=["WMC402"])
class Prints(Workflow):
    async def run(self, order_id: int):
        print("processing", order_id)
        return await charge(1.0)


@probe((2,))
class TimeAndChance(Workflow):
    async def run(self, order_id: int):
        started = datetime.now()
        when = time.time()
        key = uuid.uuid4()
        ages = datetime.now() - started, time.time() - when
        return [ages[0].days, int(ages[1] // 60), key.version, 0 <= random.random() < 1]


@probe((2,))
class RetriesAndTimeouts(Workflow):
    async def run(self, order_id: int):
        order = await self.run_action(
            load_order(order_id),
            retry=RetryPolicy(attempts=MAX_ATTEMPTS, exception_types=[ConnectionError, TimeoutError]),
            backoff=BackoffPolicy(base_delay=1, multiplier=2),
            timeout=timedelta(seconds=30),
        )
        return [item.sku for item in order.items]


@probe(("gold",), ("silver",), ("none",))
class TableOfConstants(Workflow):
    async def run(self, level: str):
        discount = 0.0
        for name, rate in DISCOUNTS:
            if name == level:
                discount = rate
                break
        return 100 * (1 - discount)


def round_off(x):
    return x


@probe(("de",))
class MutableModuleConstant(Workflow):
    async def run(self, country: str):
        return TAX_RATES[country]


@probe((3,))
class CallsAPlainFunction(Workflow):
    async def run(self, n: int):
        return round_off(n)


@probe((3,))
class BuildsAModel(Workflow):
    async def run(self, n: int):
        return Order(id=n, items=[])


@probe((2,))
class PollUntilReady(Workflow):
    async def run(self, limit: int):
        attempts = 0
        while attempts < limit:
            order = await load_order(attempts)
            if order.status == "ready":
                return "ready"
            attempts += 1
            await asyncio.sleep(0.001)
        else:
            return "gave up after", attempts


@probe((2,))
class WaitFor(Workflow):
    async def run(self, n: int):
        return await asyncio.wait_for(load_order(n), timeout=5)


@probe((2,))
class CreateTask(Workflow):
    async def run(self, n: int):
        task = asyncio.create_task(load_order(n))
        return await task


@probe((2,), codes=["WMC408"])
class GatherOfVariable(Workflow):
    async def run(self, n: int):
        calls = [load_order(i) for i in range(n)]
        one = load_order(1)
        return await asyncio.gather(*calls)


@probe((2,))
class TimeoutBlock(Workflow):
    async def run(self, n: int):
        async with asyncio.timeout(5):
            return await load_order(n)


@probe((2,))
class TaskGroup(Workflow):
    async def run(self, n: int):
        async with asyncio.TaskGroup() as group:
            first = group.create_task(load_order(n))
        return first.result()


@probe((2,))
class ChildWorkflow(Workflow):
    async def run(self, n: int):
        return await PollUntilReady().run(n)


@probe((2,), codes=["WMC205"])
class AsyncFor(Workflow):
    async def run(self, n: int):
        async for order in stream_of(n):
            return order


async def stream_of(n):
    yield n


@probe((0,), (2,), (4,))
class FanOutWithErrors(Workflow):
    async def run(self, n: int):
        order = await load_order(n)
        results = await asyncio.gather(
            *[reserve(item.sku, quantity=item.quantity) for item in order.items if item.quantity],
            charge(1000.0, currency="USD"),
            return_exceptions=True,
        )
        return results


@probe((4,))
class CountsResults(Workflow):
    async def run(self, n: int):
        results = await asyncio.gather(*[reserve("x", i) for i in range(n)], return_exceptions=True)
        failed = [r for r in results if isinstance(r, Exception)]
        return len(failed)


@probe((3,))
class ReceiptOfDataclass(Workflow):
    async def run(self, n: int):
        receipt = await make_receipt(n, n * 1.5)
        (label, total), = receipt.lines
        return receipt.order_id, label, total == receipt.total, receipt
