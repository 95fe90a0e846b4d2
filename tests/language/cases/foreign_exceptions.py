"""Exceptions of libraries as values, and handlers whose classes a local or the class names."""

# fmt: off
import json

import pydantic

from tests.language.actions import double
from tests.language.cases import agrees
from waymark import Workflow

ERRORS = (ValueError, KeyError)


class Account(pydantic.BaseModel):
    name: str
    age: int = pydantic.Field(ge=0)
    mail: str = "@"

    @pydantic.field_validator("mail")
    @classmethod
    def check(cls, mail: str) -> str:
        if "@" not in mail:
            raise ValueError("no {mail}")
        return mail


@agrees(({"name": "a", "age": 1},), ({"name": 1, "age": -1, "mail": "x"},), ({},), ({"name": "a", "age": [{}]},))
class InvalidData(Workflow):
    async def run(self, given):
        try:
            return Account(**given)
        except pydantic.ValidationError as error:
            await double(1)
            places = [(item["loc"], item["type"], item["msg"]) for item in error.errors()]
            return error.error_count(), places, error.title, error.errors(include_url=False, include_context=False), error.json(), str(error)


@agrees(("{",), ("[1,]",))
class NotJson(Workflow):
    async def run(self, text):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            await double(1)
            return error.pos, error.msg, error.lineno, error.colno, error.doc


@agrees((0,), (1,), (2,))
class NamedHandlers(Workflow):
    async def run(self, case):
        errors = (KeyError, IndexError)
        one = ZeroDivisionError
        try:
            return [{}["a"], [][await double(0)], 1 / 0][case] if case < 0 else self.fail(case)
        except errors as error:
            return "named", error
        except one as error:
            return "one", error

    def fail(self, case):
        if case == 0:
            return {}["a"]
        return [][1] if case == 1 else 1 / 0
