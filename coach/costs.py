"""What making a pack costs: an estimate before, tokens and money so far. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.author import PROMPTS, entry
from coach.enrichment import Part
from coach.language import is_han
from coach.second_reader import PROMPT
from coach.types import Usage
from prompts.library import load

# Means of the bundled pack, its texts counted by `tokens_in`; a fact with the 17 sentences that the prompt asks for.
FACTS = 1.8
QUESTION_REPLY, BULLET_REPLY, SENTENCES_REPLY, READING_REPLY = 1050, 370, 240, 400
REPAIRED = 0.1
"""Share of the calls that are made twice; a guess on the safe side for a good model, too low for a poor one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will take, within a factor of about two."""

    calls: int
    prompt_tokens: int
    completion_tokens: int


def tokens_in(text: str) -> int:
    """Tokens of a text, about: 1.5 Han characters each, or 4 others; the true count comes with a reply."""
    han = sum(map(is_han, text))
    return round(han / 1.5 + (len(text) - han) / 4)


def estimate(parts: Sequence[Part], *, check: bool) -> Estimate:
    """The calls that `parts` need, and their tokens."""
    system = {name: tokens_in(load(name).system) + tokens_in(load(name).user) for name in (*PROMPTS, PROMPT)}
    calls, asked, said = 0.0, 0.0, 0.0
    for part in parts:
        given = tokens_in(entry(part.question))
        if part.position is None:
            calls, asked, said = calls + 1, asked + system[PROMPTS[0]] + given, said + QUESTION_REPLY
            continue
        readings = FACTS if check else 0
        calls += 1 + FACTS + readings
        asked += system[PROMPTS[1]] + given + FACTS * (system[PROMPTS[2]] + 80)
        asked += readings * (system[PROMPT] + SENTENCES_REPLY + 80)
        said += BULLET_REPLY + FACTS * SENTENCES_REPLY + readings * READING_REPLY
    more = 1 + REPAIRED
    return Estimate(round(calls * more), round(asked * more), round(said * more))


def cost(usage: Usage | Estimate, price_in: float | None, price_out: float | None) -> float | None:
    """In the currency of the prices, which are per million tokens; None unless both are known."""
    if price_in is None or price_out is None:
        return None
    return (usage.prompt_tokens * price_in + usage.completion_tokens * price_out) / 1e6
