from decimal import Decimal

from tests.language.actions import echo
from tests.language.cases import agrees
from waymark import Workflow


@agrees((Decimal("1.5"),))
class ChangedObjects(Workflow):
    """What CPython computes from objects that the body changes, and changes whose values CPython computes."""

    async def run(self, x):
        rows = []
        data = {"rows": rows}
        for n in range(3):
            rows.append(f"{x * n:>6.2f}")
            data[f"{n:03d}"] = "%s" % [rows, n]
            await echo(n)
        rows.append(Decimal(f"{x:e}"))
        rows.append(f"{rows!r:>10}")
        data["rows"][0] += f"{x:e}"
        return rows, data, "%s" % (data,)
