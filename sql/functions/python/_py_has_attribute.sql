-- Whether a builtin type (of Python 3.11 to 3.13) has an attribute that the engine does not compute; any other name is an AttributeError.
-- The static table is compared with CPython by tests/operators; types that are not in it may have any attribute, and every type has names in
-- double underscores that the engine does not know.
create or replace function waymark._py_has_attribute(p_kind text, p_name text) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_attributes constant jsonb := '{
    "NoneType": [],
    "bool": ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "is_integer", "numerator",
      "real", "to_bytes"],
    "int": ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "is_integer", "numerator",
      "real", "to_bytes"],
    "float": ["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "is_integer", "real"],
    "str": ["capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map", "index",
      "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle",
      "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex",
      "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper",
      "zfill"],
    "list": ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"],
    "tuple": ["count", "index"],
    "dict": ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"],
    "set": ["add", "clear", "copy", "difference", "difference_update", "discard", "intersection", "intersection_update", "isdisjoint",
      "issubset", "issuperset", "pop", "remove", "symmetric_difference", "symmetric_difference_update", "union", "update"],
    "frozenset": ["copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union"],
    "bytes": ["capitalize", "center", "count", "decode", "endswith", "expandtabs", "find", "fromhex", "hex", "index", "isalnum", "isalpha",
      "isascii", "isdigit", "islower", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
      "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
      "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill"],
    "range": ["count", "index", "start", "step", "stop"],
    "datetime": ["astimezone", "combine", "ctime", "date", "day", "dst", "fold", "fromisocalendar", "fromisoformat", "fromordinal",
      "fromtimestamp", "hour", "isocalendar", "isoformat", "isoweekday", "max", "microsecond", "min", "minute", "month", "now", "replace",
      "resolution", "second", "strftime", "strptime", "time", "timestamp", "timetuple", "timetz", "today", "toordinal", "tzinfo", "tzname",
      "utcfromtimestamp", "utcnow", "utcoffset", "utctimetuple", "weekday", "year"],
    "date": ["ctime", "day", "fromisocalendar", "fromisoformat", "fromordinal", "fromtimestamp", "isocalendar", "isoformat", "isoweekday",
      "max", "min", "month", "replace", "resolution", "strftime", "timetuple", "today", "toordinal", "weekday", "year"],
    "time": ["dst", "fold", "fromisoformat", "hour", "isoformat", "max", "microsecond", "min", "minute", "replace", "resolution", "second",
      "strftime", "tzinfo", "tzname", "utcoffset"],
    "timedelta": ["days", "max", "microseconds", "min", "resolution", "seconds", "total_seconds"],
    "decimal": ["adjusted", "as_integer_ratio", "as_tuple", "canonical", "compare", "compare_signal", "compare_total", "compare_total_mag",
      "conjugate", "copy_abs", "copy_negate", "copy_sign", "exp", "fma", "from_float", "imag", "is_canonical", "is_finite", "is_infinite",
      "is_nan", "is_normal", "is_qnan", "is_signed", "is_snan", "is_subnormal", "is_zero", "ln", "log10", "logb", "logical_and",
      "logical_invert", "logical_or", "logical_xor", "max", "max_mag", "min", "min_mag", "next_minus", "next_plus", "next_toward",
      "normalize", "number_class", "quantize", "radix", "real", "remainder_near", "rotate", "same_quantum", "scaleb", "shift", "sqrt",
      "to_eng_string", "to_integral", "to_integral_exact", "to_integral_value"],
    "exception": ["add_note", "args", "characters_written", "code", "derive", "encoding", "end", "end_lineno", "end_offset", "errno",
      "exceptions", "filename", "filename2", "lineno", "message", "msg", "name", "name_from", "obj", "object", "offset", "path",
      "print_file_and_line", "reason", "split", "start", "strerror", "subgroup", "text", "value", "with_traceback"]
  }'::jsonb;
begin
  return p_name like '\_\_%' or coalesce(v_attributes -> p_kind ? p_name, true);
end
$$;

comment on function waymark._py_has_attribute(text, text) is
  'Whether a builtin type has an attribute that the engine does not compute.';
