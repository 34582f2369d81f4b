"""What an answer's stretches say about each fact, as numbers: nearest exemplars, terms, negations, numbers. numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from coach.clauses import Clause, split_clauses, windows
from coach.exemplars import COVERED, LISTED, MEANING, PARTIAL, WORDS, WRONG, Exemplars, is_negated, kernel
from coach.numbers import agreement, in_digits, numbers
from coach.overlap import terms
from coach.term_rows import LONGEST_ENTRY, entry_length, glue, in_row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coach.encoder import Encoder

    Rows = NDArray[np.float32]

LONGEST = 3
"""Clauses in a stretch."""
STRETCHES = 16
"""So many stretches are looked at for each fact, the nearest ones."""
_KINDS = ("covered", "partial", "wrong", "listed")
FEATURES = (
    *(f"{how}_{kind}" for how in ("meaning", "words", "both") for kind in _KINDS),
    "both_lead",
    "meaning_lead",
    "words_lead",
    "both_over_partial",
    "over_other_bullets",
    "over_siblings",
    "other_bullets",
    "numbers",
    "has_numbers",
    "negation",
    "below_nearest",
    "nearest",
    "odds",
    "mean_odds",
    "listed_lead",
    *(
        f"{how}_{what}"
        for how in ("meaning", "words", "both")
        for what in (*(f"scored_{kind}" for kind in _KINDS), "scored_lead")
    ),
    "glue",
    "chunk",
    "bare_list",
    "length",
    "clauses",
    "stretches",
)
"""Of one fact and one stretch; a lead is that of what states the fact over what contradicts it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the answer says about one bullet."""

    features: Rows
    """(facts, stretches, features): for each essential fact the stretches that come nearest to it, nearest first."""
    facts: tuple[int, ...]
    """These facts, by position in the exemplars."""
    windows: tuple[Clause, ...]
    """For each of these the stretch of the answer that speaks of it most."""
    leads: tuple[float, ...]
    """For each of these, how much nearer it is to what states the fact than to what contradicts it."""
    nearness: tuple[float, ...]


def weigh(answer: str, exemplars: Exemplars, encoder: Encoder) -> Mapping[str, Said]:
    """Bullet key -> what the answer says about it; empty for an answer without a clause."""
    import numpy as np

    clauses = split_clauses(answer)
    if not clauses:
        return {}
    stretches = _Stretches(answer, clauses, exemplars, encoder)
    result = {}
    for position, key in enumerate(exemplars.bullet_keys):
        facts = np.flatnonzero(exemplars.bullet == position)
        essential = [int(fact) for fact in facts if exemplars.facts[fact].essential] or list(map(int, facts))
        best = [int(stretches.chosen[fact, 0]) for fact in essential]
        result[key] = Said(
            stretches.features[essential],
            tuple(essential),
            tuple(stretches.runs[at] for at in best),
            tuple(float(stretches.lead[fact, at]) for fact, at in zip(essential, best, strict=True)),
            tuple(float(stretches.near[fact, at]) for fact, at in zip(essential, best, strict=True)),
        )
    return result


class _Stretches:
    """All runs of up to `LONGEST` clauses beside all facts; arrays are (facts, stretches), kinds before them."""

    def __init__(self, answer: str, clauses: Sequence[Clause], exemplars: Exemplars, encoder: Encoder) -> None:
        import numpy as np

        self.runs, self._exemplars = windows(answer, clauses, LONGEST), exemplars
        spans = [(i, i + n) for n in range(1, LONGEST + 1) for i in range(len(clauses) - n + 1)]
        written = [in_digits(clause.text) for clause in clauses]
        found = [terms(text) for text in written]
        bags = exemplars.lexicon.bags([list(chain.from_iterable(found[a:b])) for a, b in spans])
        meaning = encoder.pool(encoder.parts(written), spans) @ exemplars.vectors.T
        used = np.flatnonzero(bags.any(axis=0))  # a hundred terms of thousands
        words = bags[:, used] @ exemplars.bags[:, used].T
        self._similarity = MEANING * meaning + WORDS * words
        kinds = [exemplars.nearest(rows) for rows in (meaning, words, self._similarity)]
        self._both = kinds[2]
        self.near = self._both[: WRONG + 1].max(axis=0)
        self.lead = self._both[COVERED] - self._both[WRONG]
        count = min(STRETCHES, len(self.runs))
        self.chosen = np.argsort(-self.near, axis=1, kind="stable")[:, :count]
        looked_at = sorted(set(self.chosen.ravel().tolist()))
        self.form = {at: self._form(answer, at, spans[at]) for at in looked_at}
        claims = self._claims(answer, looked_at)
        form = np.zeros((len(self.runs), 6), np.float32)
        form[looked_at] = [self.form[at] for at in looked_at]
        values = [*self._nearness(*kinds), *self._rivals(), *claims]
        values += [
            self.near - self.near.max(axis=1, keepdims=True),
            np.broadcast_to(self.near.max(axis=1, keepdims=True), self.near.shape),
        ]
        values += [*self._odds(bags[:, used] > 0, exemplars.odds[:, used]), self._both[LISTED] - self.near]
        values += self._scored(meaning, words, self._similarity)
        table = np.take_along_axis(np.stack(values, axis=-1), self.chosen[:, :, None], axis=1)
        self.features = np.concatenate([table, form[self.chosen]], axis=-1).astype(np.float32)

    def _nearness(self, meaning: Rows, words: Rows, both: Rows) -> list[Rows]:
        leads = [rows[COVERED] - rows[WRONG] for rows in (both, meaning, words)]
        return [*meaning, *words, *both, *leads, both[COVERED] - both[PARTIAL]]

    def _rivals(self) -> list[Rows]:
        """How much nearer a stretch is to this fact than to any of the other bullets', and of its own bullet's."""
        import numpy as np

        others, siblings = np.zeros_like(self.near), np.zeros_like(self.near)
        positions = np.arange(len(self.near))
        for fact in positions:
            own = self._exemplars.bullet == self._exemplars.bullet[fact]
            others[fact] = self.near[~own].max(axis=0, initial=0.0)
            siblings[fact] = self.near[own & (positions != fact)].max(axis=0, initial=0.0)
        return [self.near - others, self.near - siblings, others]

    def _claims(self, answer: str, looked_at: Sequence[int]) -> list[Rows]:
        """Whether numbers agree; whether there are any; and the negations, for the stretches that are looked at."""
        import numpy as np

        said = {at: numbers(self.runs[at].text) for at in looked_at}
        negated = np.zeros(len(self.runs), np.bool_)
        negated[looked_at] = [is_negated(self.runs[at].text) for at in looked_at]
        agree, stated, negation = (np.zeros_like(self.near) for _ in range(3))
        for fact, chosen in enumerate(self.chosen):
            negation[fact, chosen] = self._negation(fact, chosen, negated[chosen])
            if wanted := self._exemplars.numbers[fact]:
                stated[fact, chosen] = 1.0
                agree[fact, chosen] = [agreement(wanted, said[at]) for at in chosen.tolist()]
        return [agree, stated, negation]

    def _negation(self, fact: int, chosen: NDArray[np.int64], negated: NDArray[np.bool_]) -> Rows | float:
        """1: negated as the nearest wrong sentence is and the nearest stating one is not; -1: the reverse."""
        import numpy as np

        stating, wrong = (self._exemplars.rows[kind][fact] for kind in (COVERED, WRONG))
        if stating.start == stating.stop or wrong.start == wrong.stop:
            return 0.0
        nearest = [rows.start + self._similarity[chosen, rows].argmax(axis=1) for rows in (stating, wrong)]
        differs = (self._exemplars.negated[nearest] != negated).astype(np.float32)
        result: Rows = differs[0] - differs[1]
        return result

    def _odds(self, present: NDArray[np.bool_], odds_of: Rows) -> list[Rows]:
        """Sum and mean over a stretch's terms of the log odds that it states the fact (naive Bayes)."""
        import numpy as np

        bags = present.astype(np.float32)
        odds: Rows = (bags @ odds_of.T).T
        return [odds, odds / np.maximum(bags.sum(axis=1), 1.0)]

    def _scored(self, *similarities: Rows) -> list[Rows]:
        """The regressions' scores for each kind, and what stating leads contradicting by."""
        values: list[Rows] = []
        for similarity, regression in zip(similarities, self._exemplars.regressions, strict=True):
            scores = (kernel(similarity) @ regression).T.reshape(len(_KINDS), *self.near.shape)
            values += [*scores, scores[COVERED] - scores[WRONG]]
        return values

    def _form(self, answer: str, at: int, span: tuple[int, int]) -> tuple[float, ...]:
        run = self.runs[at]
        return (
            glue(run.text),
            entry_length(run.text) / LONGEST_ENTRY,
            float(in_row(answer, run)),
            min(len(run.text), 80) / 80,
            float(span[1] - span[0]),
            math.log1p(len(self.runs)),
        )
