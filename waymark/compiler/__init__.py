"""The compiler: from the Python source of a workflow class to the IR (docs/internals/ir.md).

Passes, one module each: `source` (class → syntax trees with exact places), `names` (what a name stands for), `effects`
(which expressions need nodes), then the lowering in layers: `frame`, `calls`, `awaits`, `comprehensions`,
`expressions`, `tries`, `statements`; `graph` holds the nodes meanwhile, `program` puts all in order.
"""

from waymark.compiler.diagnostics import Diagnostic
from waymark.compiler.program import compile_workflow
from waymark.errors import UnsupportedPatternError

__all__ = ["Diagnostic", "UnsupportedPatternError", "compile_workflow"]
