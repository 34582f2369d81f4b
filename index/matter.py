"""The front matter of a handbook: the part of YAML that such files use. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PAIR = re.compile(r"([A-Za-z_][\w-]*)\s*:(?:\s+(.*)|\s*)$")


def parse_front_matter(source: str) -> Mapping[str, object]:
    """`key: value` lines to strings, `[a, b]` and `- a` lines to tuples of strings; other lines are passed over.

    Dates and numbers stay the strings that the author wrote.
    """
    meta: dict[str, object] = {}
    key = ""
    for line in source.split("\n"):
        if pair := _PAIR.match(line):
            key = pair[1]
            meta[key] = _value((pair[2] or "").strip())
        elif key and line.lstrip().startswith("- "):
            listed = meta[key]
            meta[key] = (*(listed if isinstance(listed, tuple) else ()), _scalar(line.lstrip()[2:]))
    return meta


def _value(text: str) -> str | tuple[str, ...]:
    if text.startswith("[") and text.endswith("]"):
        return tuple(_scalar(part) for part in re.split(r"[,，]", text[1:-1]) if part.strip())
    return _scalar(text)


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
