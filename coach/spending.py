"""What a grade took, in words. Pure, and light: every screen with a grade shows it."""

from __future__ import annotations

from coach.language import Language
from coach.types import Usage


def spent(usage: Usage, language: Language) -> str:
    """What a grade took: tokens, and money where prices are set; empty where no model was asked.

    >>> spent(Usage(1200, 300, calls=1, cost=0.0021), "en")
    '1,500 tokens, 0.0021'
    """
    if not usage.calls:
        return ""
    told = f"{usage.tokens:,} tokens" if usage.tokens else ""
    told += ("（缓存）" if language == "zh" else " (cached)") if usage.cached else ""
    return told + (f", {usage.cost:.2g}" if usage.cost else "")
