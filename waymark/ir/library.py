"""The functions and methods that an expression may call (`py.call`, `py.method`): the one table of them.

What is listed takes values and gives a value, and has no effect outside of it, save that it may read the clock or chance. The
compiler accepts what is listed, a worker evaluates it with CPython, and the tests compare what the engine computes itself with
that. A name stands in the IR as written here, so that it means the same in every version: entries are added, never renamed.

Not listed, though harmless: `hash`, `id`, `time.monotonic` and their like, whose results mean nothing in another process;
`random.seed` and `random.shuffle`, whose effect is their purpose; `itertools.count`, `cycle` and `repeat`, which may never end.
"""

from __future__ import annotations

import base64
import binascii
import builtins
import collections
import copy
import dataclasses
import datetime as dt
import decimal
import functools
import hashlib
import hmac
import html
import itertools
import json
import math
import operator
import os.path
import pathlib
import random
import re
import secrets
import statistics
import string
import textwrap
import time
import urllib.parse
import uuid
import zlib
import zoneinfo
from collections.abc import Callable
from typing import Any

_FUNCTIONS = {
    builtins: """abs all any ascii bin bool bytes callable chr complex dict dict.fromkeys divmod enumerate filter float
        float.fromhex format frozenset getattr hasattr hex int int.from_bytes isinstance issubclass iter len list map max
        min next oct ord pow range repr reversed round set slice sorted str str.maketrans sum tuple type zip bytes.fromhex
        bytes.maketrans""",
    math: """acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp exp2 expm1
        fabs factorial floor fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10
        log1p log2 modf nextafter perm pow prod radians remainder sin sinh sqrt sumprod tan tanh trunc ulp""",
    statistics: """correlation covariance fmean geometric_mean harmonic_mean mean median median_grouped median_high
        median_low mode multimode pstdev pvariance quantiles stdev variance""",
    random: """betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits lognormvariate
        normalvariate paretovariate randbytes randint random randrange sample triangular uniform vonmisesvariate
        weibullvariate""",
    secrets: "choice compare_digest randbelow randbits token_bytes token_hex token_urlsafe",
    time: "asctime ctime gmtime localtime mktime strftime strptime time time_ns",
    dt: """date date.fromisocalendar date.fromisoformat date.fromordinal date.fromtimestamp date.today datetime
        datetime.combine datetime.fromisocalendar datetime.fromisoformat datetime.fromordinal datetime.fromtimestamp
        datetime.now datetime.strptime datetime.today datetime.utcfromtimestamp datetime.utcnow time time.fromisoformat
        timedelta timezone""",
    zoneinfo: "ZoneInfo",
    uuid: "UUID uuid1 uuid3 uuid4 uuid5",
    decimal: "Decimal Decimal.from_float",
    pathlib: "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    os.path: "basename commonpath commonprefix dirname isabs join normcase normpath split splitext",
    json: "dumps loads",
    base64: """a85decode a85encode b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode
        standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode""",
    binascii: "a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 hexlify unhexlify",
    zlib: "adler32 compress crc32 decompress",
    hashlib: "blake2b blake2s md5 sha1 sha224 sha256 sha384 sha3_256 sha3_512 sha512",
    hmac: "compare_digest digest new",
    html: "escape unescape",
    urllib.parse: """parse_qs parse_qsl quote quote_plus unquote unquote_plus urlencode urljoin urlparse urlsplit urlunparse
        urlunsplit""",
    string: "capwords",
    textwrap: "dedent fill indent shorten wrap",
    re: "compile escape findall finditer fullmatch match search split sub subn",
    itertools: """accumulate batched chain chain.from_iterable combinations combinations_with_replacement compress dropwhile
        filterfalse islice pairwise permutations product starmap takewhile zip_longest""",
    functools: "reduce",
    operator: """abs add and_ attrgetter concat contains countOf eq floordiv ge getitem gt indexOf inv invert is_ is_not
        itemgetter le lshift lt mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor""",
    collections: "Counter",
    copy: "copy deepcopy",
    dataclasses: "asdict astuple is_dataclass replace",
}

_HASH_METHODS = "digest hexdigest"
_EMPTY: dict[str, str] = {}
_METHODS: dict[type, str] = {
    bool: "",
    int: "as_integer_ratio bit_count bit_length conjugate is_integer to_bytes",
    float: "as_integer_ratio conjugate hex is_integer",
    complex: "conjugate",
    str: """capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii
        isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip
        partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith
        strip swapcase title translate upper zfill""",
    bytes: """capitalize center count decode endswith expandtabs find hex index isalnum isalpha isascii isdigit islower
        isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust
        rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill""",
    list: "copy count index",
    tuple: "count index",
    range: "count index",
    dict: "copy get items keys values",
    set: "copy difference intersection isdisjoint issubset issuperset symmetric_difference union",
    frozenset: "copy difference intersection isdisjoint issubset issuperset symmetric_difference union",
    dt.date: "ctime isocalendar isoformat isoweekday replace strftime timetuple toordinal weekday",
    dt.datetime: """astimezone ctime date dst isocalendar isoformat isoweekday replace strftime time timestamp timetuple
        timetz toordinal tzname utcoffset utctimetuple weekday""",
    dt.time: "dst isoformat replace strftime tzname utcoffset",
    dt.timedelta: "total_seconds",
    dt.tzinfo: "dst tzname utcoffset",
    decimal.Decimal: """adjusted as_integer_ratio as_tuple canonical compare compare_signal compare_total compare_total_mag
        conjugate copy_abs copy_negate copy_sign exp fma is_canonical is_finite is_infinite is_nan is_normal is_qnan
        is_signed is_snan is_subnormal is_zero ln log10 logb logical_and logical_invert logical_or logical_xor max max_mag
        min min_mag next_minus next_plus next_toward normalize number_class quantize radix remainder_near rotate
        same_quantum scaleb shift sqrt to_eng_string to_integral to_integral_exact to_integral_value""",
    pathlib.PurePath: """as_posix as_uri is_absolute is_relative_to joinpath match relative_to with_name with_segments
        with_stem with_suffix""",
    uuid.UUID: "",
    BaseExceptionGroup: "derive split subgroup",
    # What exists only inside of an expression: it has no stored form.
    type(_EMPTY.keys()): "isdisjoint",
    type(_EMPTY.items()): "isdisjoint",
    type(_EMPTY.values()): "",
    collections.Counter: "elements most_common total",
    re.Pattern: "findall finditer fullmatch match search split sub subn",
    re.Match: "end expand group groupdict groups span start",
    urllib.parse.ParseResult: "geturl",
    urllib.parse.SplitResult: "geturl",
    type(hashlib.sha256()): _HASH_METHODS,
    type(hashlib.blake2b()): _HASH_METHODS,
    type(hashlib.blake2s()): _HASH_METHODS,
    hmac.HMAC: _HASH_METHODS,
}


def _listed() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for module, names in _FUNCTIONS.items():
        prefix = {builtins: "", os.path: "os.path."}.get(module, f"{module.__name__}.")
        for name in names.split():
            try:
                found[prefix + name] = operator.attrgetter(name)(module)
            except AttributeError:
                continue  # a later version of Python has it
    return found | {f"str.{name}": getattr(str, name) for name in _METHODS[str].split()}


FUNCTIONS: dict[str, Callable[..., Any]] = _listed()
"""Name → the function or class."""

METHODS: dict[type, frozenset[str]] = {cls: frozenset(names.split()) for cls, names in _METHODS.items()}
"""Type → the names of its methods that change nothing. A subclass has those of its bases, too."""

MODEL_METHODS = frozenset(["copy", "dict", "json", "model_copy", "model_dump", "model_dump_json"])
"""The methods of pydantic models that change nothing. pydantic itself need not be there to know them."""

VALIDATION_METHODS = frozenset(["error_count", "errors", "json"])
"""The methods of pydantic's ValidationError."""

METHOD_NAMES: frozenset[str] = (MODEL_METHODS | VALIDATION_METHODS).union(*METHODS.values())

_NAMES: dict[object, str] = {function: name for name, function in reversed(FUNCTIONS.items())}


def function_name(value: object) -> str | None:
    """The name under which a function or class is listed; None when it is not."""
    try:
        return _NAMES.get(value)
    except TypeError:  # it has no hash, so it is no function
        return None


def methods_of(cls: type) -> frozenset[str]:
    """The names of the methods of `cls` that are listed."""
    names: frozenset[str] = frozenset()
    return names.union(*(METHODS.get(base, ()) for base in cls.__mro__))
