# ruff: noqa: B904, BLE001 - what users write
from waymark import Workflow, action


class Declined(ValueError):
    pass


@action
async def charge(amount: int) -> str: ...


@action
async def refund(amount: int) -> None: ...


class Handlers(Workflow):
    """A `finally` runs on each way out; a handler's variable is unbound when the handler is left."""

    async def run(self, amount: int):
        try:
            try:
                receipt = await charge(amount)
            except (Declined, TimeoutError) as error:
                if amount > 100:
                    raise
                return error.args
            except LookupError:
                raise Declined("unknown", amount)
            else:
                amount = 0
            finally:
                await refund(amount)
        except Exception as error:
            return error
        return receipt
