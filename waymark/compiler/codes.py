"""Every refusal of the compiler: one table. `python -m waymark.compiler.reference` makes its page from it.

`seen` may hold placeholders that the place of refusal fills in. A code is never reused for another meaning.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What is refused (`seen`), why (`reason`), and the rewrite that works (`help`)."""

    code: str
    seen: str
    reason: str
    help: str


_RULES = [
    # The class and its source
    Rule(
        "WMC001",
        "the source of `{name}` cannot be read",
        "a workflow is compiled from its source text, which must be in a file that Python can read",
        "define the workflow in a module file, not in `exec` or an interactive session",
    ),
    Rule(
        "WMC002",
        "the file of `{name}` is not what Python loaded",
        "the file was changed after it was imported, or another tool rewrote the method, so other code would be compiled",
        "restart the process; keep tools that rewrite code away from workflow modules",
    ),
    Rule(
        "WMC003",
        "`{name}` has no `async def run`",
        "the body of a workflow is its method `run`",
        "add `async def run(self, …)` to the class",
    ),
    Rule(
        "WMC004",
        "`{name}` is decorated",
        "a decorator may change what the method does, and Postgres cannot run it",
        "remove the decorator; `@staticmethod`, `@classmethod` and `@property` are understood on helper methods",
    ),
    Rule(
        "WMC005",
        "`yield`",
        "a workflow returns one result; it cannot be a generator",
        "collect the values in a list and return it",
    ),
    Rule(
        "WMC007",
        "the default of `{name}` is not an immutable constant",
        "a default is stored with the program, so later changes to the object would be lost",
        "use None, a number, a string, a tuple or an Enum member as the default",
    ),
    Rule(
        "WMC008",
        "`{name}` is {kind}",
        "only plain methods (`def`, `async def`), static and class methods of the workflow and its bases are compiled",
        "make it a plain method of this class, or an action",
    ),
    Rule(
        "WMC009",
        "{what}",
        "every program has limits, so that no single one can exhaust the database",
        "split the workflow into helper methods, or shorten the expression",
    ),
    # Names and constants
    Rule(
        "WMC101",
        "the name `{name}` is not defined",
        "names of a body are looked up when the class is decorated",
        "define or import `{name}` above the workflow",
    ),
    Rule(
        "WMC102",
        "`{name}` belongs to an enclosing function",
        "a workflow outlives the call that made the closure",
        "define the workflow and what it uses at the top level of a module, or pass `{name}` to `run`",
    ),
    Rule(
        "WMC103",
        "`{name}` is a {type} that is no constant",
        "it is changed in this file or has no exact stored form, so its value cannot be compiled into the program",
        "use a value that nothing changes, or return it from an action",
    ),
    Rule(
        "WMC104",
        "`{name}` is a {type} used as a value",
        "functions and modules are no values that Postgres can store, nor are classes that cannot be imported by their name",
        "call it where it is needed, give it to a builtin (`sorted(rows, key=len)`), or write a helper method",
    ),
    Rule(
        "WMC105",
        "`{name}` is read before the comprehension binds it",
        "Python raises an error here",
        "rename the variable or reorder the `for` clauses",
    ),
    Rule(
        "WMC106",
        "`{name}` used as a value",
        "the workflow object itself is not stored; its methods can be called, its class attributes and properties can be read",
        "pass the value as a parameter of `run`, or make it a class attribute or a constant",
    ),
    Rule(
        "WMC107",
        "this constant",
        "it has more digits than Postgres' numbers",
        "compute it in an action that needs it",
    ),
    Rule(
        "WMC108",
        "`{name}` is assigned again after the class",
        "names of a body are looked up when the class is decorated, so the later value would not be seen",
        "pass the value as a parameter of `run`, or return it from an action",
    ),
    Rule(
        "WMC109",
        "the `__init__` of `{name}` takes arguments",
        "a run makes an instance of its own, without arguments: what the caller gave would be lost",
        "make them parameters of `run`",
    ),
    Rule(
        "WMC110",
        "`{name}` is set, but the class has an object or a method of this name",
        "what the class has cannot be compiled into the program",
        "set it in `__init__`, or give it another name",
    ),
    # Statements
    Rule("WMC201", "a function inside a method", "a local function may capture variables", "make it a helper method"),
    Rule("WMC202", "a class inside a method", "classes are not values that Postgres can store", "define it in a module"),
    Rule(
        "WMC204",
        "`{kind}`",
        "a context manager holds resources of one process, and a workflow may go on in another",
        "open and close the resource inside an action",
    ),
    Rule(
        "WMC205",
        "`async for`",
        "an asynchronous iterator lives in one process",
        "collect the elements in an action and loop over the list",
    ),
    Rule(
        "WMC206",
        "the class pattern `{name}`",
        "it is not a class that is known when the workflow is decorated",
        "name a class of this module, an imported or a builtin one",
    ),
    Rule(
        "WMC207",
        "an `import` that cannot be followed",
        "names are looked up when the class is decorated: it must succeed then, before any use, outside of other statements",
        "import at the top of the file or of the method",
    ),
    Rule(
        "WMC208",
        "`{kind}`",
        "variables outside the method are not stored with the run",
        "return the value from a helper method",
    ),
    Rule(
        "WMC209",
        "the class pattern `{name}`",
        "it has more positional parts than the class's `__match_args__`, or names one twice, so Python would raise TypeError",
        "write the attributes as keywords: `Point(x=0)`",
    ),
    Rule(
        "WMC210",
        "a bare `raise` in a `try` inside of a handler of `except*`",
        "whether the group was raised again or another exception could not be told apart behind that `try`",
        "note in a variable that it is to be raised, and write `raise` behind the inner `try`",
    ),
    Rule("WMC211", "a `type` statement inside a method", "types are no values that Postgres can store", "move it up"),
    Rule(
        "WMC212",
        "an assignment to {kind}",
        "a comprehension binds names only, and the workflow object itself is not stored",
        "assign to a name, or in a statement of its own",
    ),
    Rule("WMC214", "an assignment to `{name}`", "`{name}` stands for the workflow", "use another name"),
    # Expressions
    Rule(
        "WMC302",
        "this `lambda`",
        "a function is not a value that Postgres can store: it, or a local that holds it, may only be an argument of a builtin "
        "such as sorted, min or map, with plain parameters, and its body may neither await, call helper methods nor assign",
        "write the expression in place, in a list comprehension, or as a helper method",
    ),
    Rule(
        "WMC306",
        "{name} as a value",
        "an iterator lives in one process, and reading it uses it up",
        "make a list of it, `list(…)`, or use it once, where it is made or right behind: in `for`, in a comprehension or as an "
        "argument of a builtin; `next(it)` is `items[0]` or `items.pop(0)` of a list",
    ),
    Rule(
        "WMC308",
        "a slice in a tuple",
        "only arrays of other libraries take it",
        "slice in an action",
    ),
    Rule(
        "WMC309",
        "`{kind}` in this call",
        "what it adds is known only at run time",
        "write the arguments out",
    ),
    Rule("WMC310", "the operator `@`", "there is no matrix value", "compute it in an action"),
    Rule(
        "WMC311",
        "`is` between two values",
        "values are stored, so their identity in memory is lost",
        "compare with `==`; `is` works with None, True, False, members of an Enum, and `type(x) is C`",
    ),
    Rule(
        "WMC312",
        "an asynchronous comprehension or generator",
        "an asynchronous iterator lives in one process; `await` in a generator expression makes it one",
        "use a list comprehension over a list: `[await … for … in …]`",
    ),
    Rule(
        "WMC313",
        "the special attribute `{name}`",
        "it belongs to the Python object, which is not stored",
        "read a plain attribute, or do it in an action",
    ),
    Rule("WMC314", "a template string", "string templates are not compiled yet", "format the string in an action"),
    Rule(
        "WMC315",
        "a generator expression that calls a helper method, changes an object or assigns",
        "its elements are made while they are consumed",
        "use a list comprehension: `sum([… for … in …])`",
    ),
    Rule(
        "WMC316",
        "`{name}`",
        "which attribute is read must be known when the class is decorated",
        "write the name as a literal; private and special attributes are not stored",
    ),
    Rule("WMC399", "{name}", "this syntax is unknown to this version of Waymark", "write it in another way"),
    # Calls and awaits
    Rule(
        "WMC401",
        "a call of `{name}`",
        "it is neither an action, nor a helper method, nor a plain function of your own package, so it cannot be run durably",
        "decorate it with `@action` and await it",
    ),
    Rule(
        "WMC402",
        "a call of the builtin `{name}`",
        "it has effects, or a result that means nothing outside of one process",
        "do it in an action",
    ),
    Rule(
        "WMC403",
        "a call of the method `{name}`",
        "it is not a method of a builtin type that is known to change nothing",
        "call it in an action",
    ),
    Rule(
        "WMC404",
        "an object that is changed in place is shared with a task, an exception group or a constant",
        "each of them has its own copy, and would not see the change",
        "build a new value instead of changing the object: `items = items + [item]`, or a comprehension; or give a task a copy: "
        "`self.work(copy.deepcopy(x))`",
    ),
    Rule(
        "WMC405",
        "the class `{name}` is called",
        "its instances cannot be stored",
        "use a pydantic model or a dataclass, or construct it in an action",
    ),
    Rule("WMC406", "`{name}` needs the argument `{parameter}`", "Python would raise TypeError", "pass `{parameter}`"),
    Rule(
        "WMC407",
        "`{name}` takes no argument {argument}",
        "arguments are bound to parameter names when the class is decorated",
        "remove it, or declare the parameter",
    ),
    Rule(
        "WMC408",
        "`{name}` is called but not awaited",
        "without `await` it would never run",
        "write `await {name}(…)`, or pass the call to `asyncio.gather`",
    ),
    Rule(
        "WMC409",
        "`await` of the synchronous method `{name}`",
        "its result is a plain value",
        "remove `await`, or make the method `async def`",
    ),
    Rule(
        "WMC410",
        "`await` of {name}",
        "it can be neither a call nor a task",
        "await a call or a task",
    ),
    Rule("WMC411", "`{name}` with these arguments", "{why}", "{rewrite}"),
    Rule(
        "WMC412",
        "a call of `{name}` with `*` or `**`",
        "a default of its parameters has no stored form, so that it could not be filled in where no argument is given",
        "pass each argument by itself",
    ),
    # Concurrency and policies
    Rule(
        "WMC501",
        "an argument of asyncio.gather that cannot be awaited",
        "it takes calls and tasks, each as an argument or spread from a list",
        "give it calls, `*[call(x) for x in items]`, or `*tasks`",
    ),
    Rule(
        "WMC502",
        "asyncio.gather with `{name}`",
        "its only option is `return_exceptions`, which must be known when the class is decorated",
        "write True or False; choose between two gathers with `if`",
    ),
    Rule(
        "WMC503",
        "`{name}`",
        "it has no durable form",
        "use tasks, gather, TaskGroup, wait, timeout, as_completed, Semaphore, Lock or sleep, or do it in an action",
    ),
    Rule(
        "WMC504",
        "self.run_action without the call of an action",
        "its first argument is the call that the policy is for",
        "write `self.run_action(my_action(…), retry=…)`",
    ),
    Rule(
        "WMC505",
        "the policy {name}",
        "{why}",
        "give RetryPolicy(…), BackoffPolicy(…), a name or attribute that holds one, seconds, or a text as key",
    ),
    Rule(
        "WMC506",
        "the workflow `{name}` is not decorated with @workflow",
        "a child run executes the program of its workflow, which the decorator makes",
        "decorate `{name}`",
    ),
    Rule(
        "WMC507",
        "`{name}` is created with arguments",
        "the workflow object is not stored, so the child run would not know them",
        "pass the values as arguments of `run`",
    ),
    Rule(
        "WMC508",
        "`{name}` of something that is no call",
        "a task runs one call of an action, a helper method, a workflow or asyncio",
        "write `create_task(call(…))`",
    ),
    Rule(
        "WMC509",
        "`{name}` outside of its block, or as a value",
        "what `async with` binds exists only in the block: a TaskGroup has `create_task`, a timeout has `expired()` behind it",
        "create the tasks in the block itself; use another name for other values",
    ),
    Rule(
        "WMC510",
        "the variable `{name}` of a loop over asyncio.as_completed",
        "it stands for the next result, which a round can only await, once",
        "write `result = await {name}` in the loop",
    ),
    # Exceptions
    Rule(
        "WMC601",
        "`except` with something that is not a known exception class",
        "handlers are matched by the class hierarchy, which must be known when the class is decorated",
        "name an exception class, or a tuple of them",
    ),
    Rule(
        "WMC603",
        "`raise {name} from` of an exception that other names may refer to",
        "the cause changes the exception itself, which all names would have to see",
        "raise a new exception, or leave out `from`",
    ),
    Rule(
        "WMC604",
        "`raise` without an exception, outside of a handler",
        "there is no exception here that could be raised again",
        "put it directly into an `except` block",
    ),
    Rule(
        "WMC605",
        "`except*` with an exception group",
        "groups are taken apart by it, so Python would raise TypeError",
        "name the classes of the exceptions inside, or use `except`",
    ),
]

RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}
