"""JSON objects in a model's reply, whatever stands around them. Pure.

The last complete object counts, never the first: an object planted in the answer is echoed, if at all, before the
verdict. Reasoning (`<think>…</think>`) and code fences are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

_REASONING = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)>", re.IGNORECASE)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_constant)


_ESCAPE = re.compile(r"""\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?""")
_LAST_COMMA = re.compile(r"""("(?:[^"\\]|\\.)*(?:"|\Z))|,(?=\s*[}\]])""", re.DOTALL)


def _mended(text: str) -> str:
    """What models write that JSON does not know: `$\\alpha$` as they find it, and a comma behind the last entry."""
    escaped = _ESCAPE.sub(lambda found: found[0] if found[1] else "\\\\", text)
    return _LAST_COMMA.sub(lambda found: found[1] or "", escaped)


def answer_part(text: str) -> str:
    """What follows the reasoning; empty while the reasoning is not closed."""
    tags = list(_REASONING.finditer(text))
    if not tags:
        return text
    return text[tags[-1].end() :] if tags[-1][1] else ""


def objects(text: str) -> list[dict[str, Any]]:
    """The complete objects outside the reasoning, left to right, none inside another.

    Of an object that is cut off, the complete objects inside it are returned.
    """
    text, found, at = _mended(answer_part(text)), [], 0
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        found.append(value)
    return found


def last_object(text: str, keys: Collection[str] = ()) -> dict[str, Any] | None:
    """The last complete object that has all of `keys`; None when there is none."""
    return next((found for found in reversed(objects(text)) if found.keys() >= set(keys)), None)
