"""What the bundled handbook's directions and hot topics are called in English; a copy of it keeps the names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from coach.language import Language
from index.handbook import bundled_handbook


def name(text: str, language: Language) -> str:
    """`text` in the person's language where that is known, else as the handbook has it."""
    return _english().get(text, text) if language == "en" else text


@cache
def _english() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(bundled_handbook().with_suffix(".en.json").read_text(encoding="utf-8"))
    return found
