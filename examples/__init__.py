"""Examples: each folder is a workflow with its actions; `python -m examples.<name>` runs it."""
