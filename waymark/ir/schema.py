"""Writes docs/internals/ir.schema.json, the JSON Schema of the IR: `python -m waymark.ir.schema`."""

from __future__ import annotations

import json
from pathlib import Path

from waymark.ir.json import adapter


def schema_text() -> str:
    """The JSON Schema as it is committed."""
    schema = adapter().json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Writes the schema of this version."""
    Path("docs/internals/ir.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
