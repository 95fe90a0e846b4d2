"""Values as JSON and back, exactly (docs/internals/values.md).

`encode` and `decode` speak JSON text, as it goes over the wire; `to_jsonable` and `from_jsonable` the same value as
parsed JSON, as it stands inside an IR.
"""

from waymark.codec.decode import decode, decode_arguments, from_jsonable
from waymark.codec.encode import MAX_INT_DIGITS, Opaque, encode, encode_arguments, parse, to_jsonable
from waymark.codec.exceptions import encode_exception
from waymark.codec.names import class_name, object_name, resolve

__all__ = [
    "MAX_INT_DIGITS",
    "Opaque",
    "class_name",
    "decode",
    "decode_arguments",
    "encode",
    "encode_arguments",
    "encode_exception",
    "from_jsonable",
    "object_name",
    "parse",
    "resolve",
    "to_jsonable",
]
