"""Patterns and matches of `re` as values: a match is kept as where it was found, and found again."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from waymark.codec.encode import encode_any, type_encoders

_OWN = '"$own":["attr","eq","set"]'
"""All that the engine knows of them is that they are true."""


def _encode_pattern(value: re.Pattern[Any]) -> str:
    return f'{{"$":"re:Pattern",{_OWN},"pattern":{encode_any(value.pattern)},"flags":{value.flags}}}'


def _encode_match(value: re.Match[Any]) -> str:
    found = f'"pos":{value.pos},"endpos":{value.endpos},"spans":{encode_any([list(span) for span in value.regs])}'
    return f'{{"$":"re:Match",{_OWN},"pattern":{encode_any(value.re)},"string":{encode_any(value.string)},{found}}}'


type_encoders.update({re.Pattern: _encode_pattern, re.Match: _encode_match})


def decode_pattern(parsed: Mapping[str, Any]) -> re.Pattern[str]:
    """The pattern of an encoded one."""
    return re.compile(parsed["pattern"], parsed["flags"])


def decode_match(parsed: Mapping[str, Any]) -> re.Match[str]:
    """The match, among those that the methods of its pattern find."""
    pattern: re.Pattern[str] = parsed["pattern"]
    place = parsed["string"], parsed["pos"], parsed["endpos"]
    spans = [tuple(span) for span in parsed["spans"]]
    every = itertools.chain((find(*place) for find in (pattern.match, pattern.fullmatch)), pattern.finditer(*place))
    return next(found for found in every if found is not None and [*found.regs] == spans)
