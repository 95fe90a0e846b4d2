"""A model whose construction takes until it is let go."""

import os
import time
from pathlib import Path

import pydantic


class Held(pydantic.BaseModel):
    """While `free` is not in the folder, its validator waits; `pid` there says which process it is in."""

    folder: str

    @pydantic.field_validator("folder")
    @classmethod
    def _wait(cls, value: str) -> str:
        folder = Path(value)
        (folder / "new").write_text(str(os.getpid()))
        (folder / "new").rename(folder / "pid")
        deadline = time.monotonic() + 60
        while not (folder / "free").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return value
