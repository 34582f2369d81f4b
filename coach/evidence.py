"""What an answer's stretches say about each fact, as numbers: nearest exemplars, terms, negations, numbers. numpy."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from coach.clauses import Clause, split_clauses, windows
from coach.exemplars import COVERED, LISTED, PARTIAL, WRONG, Exemplars, is_negated
from coach.language import is_han
from coach.numbers import agreement, numbers
from coach.overlap import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coach.encoder import Encoder

    Rows = NDArray[np.float32]

LONGEST = 3
"""Clauses in a stretch."""
STRETCHES = 8
"""So many stretches are looked at for each fact, the nearest ones."""
SHARPNESS = 15.0
"""The encoder was trained with cosines times this."""
NEIGHBOURS, VOTE_SHARPNESS = 8, 12.0
"""A stretch's nearest sentences vote for their fact and kind, weighted by exp of the similarity times this."""
MEANING, WORDS = 0.6, 0.4
"""Shares of the encoder's cosine and of the terms' in nearness."""
_KINDS = ("covered", "partial", "wrong", "listed")
FEATURES = (
    *(f"{how}_{kind}" for how in ("meaning", "words", "both") for kind in _KINDS),
    "both_lead",
    "meaning_lead",
    "words_lead",
    "both_over_partial",
    *(f"log_{kind}" for kind in _KINDS),
    "log_lead",
    *(f"vote_{kind}" for kind in _KINDS),
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
    "glue",
    "chunk",
    "bare_list",
    "length",
    "clauses",
    "stretches",
)
"""Of one fact and one stretch; a lead is that of what states the fact over what contradicts it."""

_GLUE_HAN = frozenset(
    "的是会就把被让要能不了在用给去来它你我这那么所以因为如果但而也都还再先后然从到跟和比更很没有得着过做看说想"
)
_GLUE_ENGLISH = re.compile(
    r"\b(?:is|are|was|were|be|the|an?|it|you|your|they|them|we|i|if|so|because|but|when|that|this|to|of|can|will|would"
    r"|not|don't|doesn't|it's|just|then|and|or|as|which|who|what|there|for|with|on|in|by|from|at|into|than|more|less)\b"
)
_LIST_MARK = re.compile(r"[、,，/|;；+]|—+")
_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
LISTED_ENTRIES, LISTED_GLUE, LISTED_LENGTH = 5, 0.1, 10.0
"""A row of bare terms has so many entries, so few words that tie them, and entries so short."""

LONGEST_CHUNK = 20.0
_CHUNK = re.compile(r"[、,，/|—+;；:：。.\n-]+")


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
    listed: bool = False
    """All these stretches stand in rows of bare terms."""


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
            all(stretches.form[at][2] for at in best),
        )
    return result


class _Stretches:
    """All runs of up to `LONGEST` clauses beside all facts; arrays are (facts, stretches), kinds before them."""

    def __init__(self, answer: str, clauses: Sequence[Clause], exemplars: Exemplars, encoder: Encoder) -> None:
        import numpy as np

        self.runs, self._exemplars = windows(answer, clauses, LONGEST), exemplars
        spans = [(i, i + n) for n in range(1, LONGEST + 1) for i in range(len(clauses) - n + 1)]
        found = [terms(clause.text) for clause in clauses]
        bags = exemplars.lexicon.bags([list(chain.from_iterable(found[a:b])) for a, b in spans])
        meaning = encoder.pool(encoder.parts([clause.text for clause in clauses]), spans) @ exemplars.vectors.T
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
        values = [*self._nearness(*kinds), *self._chances(meaning), *self._votes(), *self._rivals(), *claims]
        values += [
            self.near - self.near.max(axis=1, keepdims=True),
            np.broadcast_to(self.near.max(axis=1, keepdims=True), self.near.shape),
        ]
        values += [*self._odds(bags[:, used] > 0, exemplars.odds[:, used]), self._both[LISTED] - self.near]
        table = np.take_along_axis(np.stack(values, axis=-1), self.chosen[:, :, None], axis=1)
        self.features = np.concatenate([table, form[self.chosen]], axis=-1).astype(np.float32)

    def _nearness(self, meaning: Rows, words: Rows, both: Rows) -> list[Rows]:
        leads = [rows[COVERED] - rows[WRONG] for rows in (both, meaning, words)]
        return [*meaning, *words, *both, *leads, both[COVERED] - both[PARTIAL]]

    def _chances(self, meaning: Rows) -> list[Rows]:
        """Log shares of each fact's sentences, by kind, among all."""
        import numpy as np

        chances = np.exp(SHARPNESS * meaning)
        shares = self._exemplars.total(chances) / chances.sum(axis=1)
        log = np.log(shares + 1e-4)
        return [*log, log[COVERED] - log[WRONG]]

    def _votes(self) -> Rows:
        """Shares of the nearest sentences' votes; of a stretch they sum to 1."""
        import numpy as np

        similarity = self._similarity
        count = min(NEIGHBOURS, similarity.shape[1])
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        weights = np.exp(VOTE_SHARPNESS * np.take_along_axis(similarity, nearest, axis=1))
        weights /= weights.sum(axis=1, keepdims=True)
        votes = np.zeros((len(_KINDS), *self.near.shape), np.float32)
        at = np.arange(len(similarity))[:, None]
        np.add.at(votes, (self._exemplars.kind[nearest], self._exemplars.fact[nearest], at), weights)
        return votes

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
        negated = {at: is_negated(self.runs[at].text) for at in looked_at}
        agree, stated, negation = (np.zeros_like(self.near) for _ in range(3))
        for fact, chosen in enumerate(self.chosen):
            wanted = self._exemplars.numbers[fact]
            for at in chosen:
                negation[fact, at] = self._negation(fact, at, negated[at])
                if wanted:
                    stated[fact, at], agree[fact, at] = 1.0, agreement(wanted, said[at])
        return [agree, stated, negation]

    def _negation(self, fact: int, at: int, negated: bool) -> float:
        """1: negated as the nearest wrong sentence is and the nearest stating one is not; -1: the reverse."""
        differs = []
        for kind in (COVERED, WRONG):
            rows = self._exemplars.rows[kind][fact]
            if rows.start == rows.stop:
                return 0.0
            nearest = rows.start + int(self._similarity[at, rows].argmax())
            differs.append(bool(self._exemplars.negated[nearest]) != negated)
        return float(differs[0]) - float(differs[1])

    def _odds(self, present: NDArray[np.bool_], odds_of: Rows) -> list[Rows]:
        """Sum and mean over a stretch's terms of the log odds that it states the fact (naive Bayes)."""
        import numpy as np

        bags = present.astype(np.float32)
        odds: Rows = (bags @ odds_of.T).T
        return [odds, odds / np.maximum(bags.sum(axis=1), 1.0)]

    def _form(self, answer: str, at: int, span: tuple[int, int]) -> tuple[float, ...]:
        run = self.runs[at]
        return (
            _glue(run.text),
            _chunk(run.text) / LONGEST_CHUNK,
            float(in_bare_list(answer, run)),
            min(len(run.text), 80) / 80,
            float(span[1] - span[0]),
            math.log1p(len(self.runs)),
        )


def in_bare_list(answer: str, stretch: Clause) -> bool:
    """Whether the sentence around `stretch` is a row of terms that claims nothing."""
    before, after = _SENTENCE_END.split(answer[: stretch.start])[-1], _SENTENCE_END.split(answer[stretch.end :])[0]
    sentence = before + stretch.text + after
    entries = [entry for entry in _LIST_MARK.split(sentence) if entry.strip()]
    return len(entries) >= LISTED_ENTRIES and _glue(sentence) < LISTED_GLUE and _chunk(sentence) < LISTED_LENGTH


def _glue(text: str) -> float:
    """Share of words that tie others into a claim; a list of terms has none."""
    lowered = text.lower()
    han = [c for c in lowered if is_han(c)]
    english = re.findall(r"[a-z']+", lowered)
    size = len(han) + 2 * len(english)
    tied = sum(c in _GLUE_HAN for c in han) + 2 * len(_GLUE_ENGLISH.findall(lowered))
    return tied / size if size else 0.0


def _chunk(text: str) -> float:
    """Mean length between marks, a Latin letter counting as a third of a Han character."""
    lengths = [sum(0.35 if c.isascii() else 1.0 for c in piece) for piece in _CHUNK.split(text) if piece.strip()]
    return min(sum(lengths) / len(lengths), LONGEST_CHUNK) if lengths else 0.0
