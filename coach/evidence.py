"""What an answer's clauses say about each bullet, as numbers: nearest exemplars, terms, negations, numbers. numpy."""

from __future__ import annotations

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
"""Clauses in a window."""
SHARPNESS = 15.0
"""The encoder was trained with cosines times this."""
NEIGHBOURS, VOTE_SHARPNESS = 8, 12.0
"""A window's nearest sentences vote for their fact and kind, weighted by exp of the similarity times this."""
MEANING, WORDS = 0.6, 0.4
"""Shares of the encoder's cosine and of the terms' in the choice of a fact's window."""
FACT_FEATURES = (
    "meaning_lead",
    "words_lead",
    "both_lead",
    "meaning_over_partial",
    "words_over_partial",
    "meaning",
    "words",
    "meaning_wrong",
    "both_wrong",
    "log_covered",
    "log_partial",
    "log_wrong",
    "log_lead",
    "nearest",
    "negation",
    "numbers_near",
    "numbers_anywhere",
    "glue",
    "chunk",
    "over_listed",
    "over_other_bullets",
    "over_siblings",
    "vote_covered",
    "vote_partial",
    "vote_wrong",
    "vote_covered_there",
    "vote_partial_there",
    "vote_wrong_there",
    "vote_lead",
    "bare_list",
)
FEATURES = (*(f"{name}.{how}" for name in FACT_FEATURES for how in ("mean", "min", "max")), "facts")

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
"""A row of bare terms has so many entries, so few words that tie them, and entries so short. Over 43 questions, of ten
credited bullets that this caught, three deserved credit."""

_CHUNK = re.compile(r"[、,，/|—+;；:：。.\n-]+")


@dataclass(frozen=True, slots=True)
class Said:
    """What the answer says about one bullet."""

    features: tuple[float, ...]
    facts: tuple[int, ...]
    """The bullet's essential facts, by position in the exemplars."""
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
    runs = windows(answer, clauses, LONGEST)
    spans = [(i, i + n) for n in range(1, LONGEST + 1) for i in range(len(clauses) - n + 1)]
    found = [terms(clause.text) for clause in clauses]
    meaning = encoder.pool(encoder.parts([clause.text for clause in clauses]), spans) @ exemplars.vectors.T
    words = exemplars.lexicon.bags([list(chain.from_iterable(found[a:b])) for a, b in spans]) @ exemplars.bags.T
    table = _FactTable(answer, runs, exemplars, meaning, words)
    rows = [table.features(fact) for fact in range(len(exemplars.facts))]
    result = {}
    for position, key in enumerate(exemplars.bullet_keys):
        facts = np.flatnonzero(exemplars.bullet == position)
        essential = [fact for fact in facts if exemplars.facts[fact].essential] or list(facts)
        values = np.array([rows[fact] for fact in essential])
        pooled = np.stack([values.mean(axis=0), values.min(axis=0), values.max(axis=0)], axis=1).ravel()
        result[key] = Said(
            (*map(float, pooled), float(len(essential))),
            tuple(map(int, essential)),
            tuple(runs[table.best[fact]] for fact in essential),
            tuple(float(table.lead[fact]) for fact in essential),
            tuple(float(table.nearest[fact]) for fact in essential),
            all(table.bare[table.best[fact]] for fact in essential),
        )
    return result


class _FactTable:
    """Per fact: the nearest sentences of each kind, over all windows and at the window that speaks of it most."""

    def __init__(self, answer: str, runs: Sequence[Clause], exemplars: Exemplars, meaning: Rows, words: Rows) -> None:
        import numpy as np

        self._runs, self._exemplars = runs, exemplars
        self._meaning = _nearest(meaning, exemplars)
        self._words = _nearest(words, exemplars)
        both = MEANING * meaning + WORDS * words
        self._both, self._similarity = _nearest(both, exemplars), both
        chances = np.exp(SHARPNESS * meaning)
        total = chances.sum(axis=1, keepdims=True)
        self._chance = np.array([[chances[:, r].sum(axis=1) for r in of_kind] for of_kind in exemplars.rows]) / total.T
        """(kinds, facts, windows)."""
        self.nearest = self._both[:3].max(axis=0).max(axis=1)
        self.best = self._both[:3].max(axis=0).argmax(axis=1)
        self._positions = np.arange(len(exemplars.facts))
        self.lead = (self._both[COVERED] - self._both[WRONG])[self._positions, self.best]
        self._said = {w: numbers(runs[w].text) for w in set(self.best.tolist())}
        self._all_said = numbers(answer)
        self._negated = {w: is_negated(runs[w].text) for w in self._said}
        self._glue = {w: (_glue(runs[w].text), _chunk(runs[w].text)) for w in self._said}
        self.bare = {w: in_bare_list(answer, runs[w]) for w in self._said}
        self._votes = _votes(both, exemplars)

    def features(self, fact: int) -> tuple[float, ...]:
        """One value per name in `FACT_FEATURES`."""
        import numpy as np

        at = self.best[fact]
        m, w, b = self._meaning[:, fact], self._words[:, fact], self._both[:, fact]
        log = np.log(self._chance[:, fact] + 1e-4)
        stated = self._exemplars.numbers[fact]
        return (
            m[COVERED, at] - m[WRONG, at],
            w[COVERED, at] - w[WRONG, at],
            b[COVERED, at] - b[WRONG, at],
            m[COVERED, at] - m[PARTIAL, at],
            w[COVERED, at] - w[PARTIAL, at],
            m[COVERED].max(),
            w[COVERED].max(),
            m[WRONG].max(),
            b[WRONG].max(),
            log[COVERED].max(),
            log[PARTIAL].max(),
            log[WRONG].max(),
            log[COVERED, at] - log[WRONG, at],
            self.nearest[fact],
            self._negation(fact, at),
            agreement(stated, self._said[at]) if stated else 0.0,
            agreement(stated, self._all_said) if stated else 0.0,
            *self._glue[at],
            m[COVERED, at] - m[LISTED, at],
            *self._rivals(fact, at),
            *self._votes[:3, fact].max(axis=1),
            *self._votes[:3, fact, at],
            self._votes[COVERED, fact].max() - self._votes[WRONG, fact].max(),
            float(self.bare[at]),
        )

    def _rivals(self, fact: int, window: int) -> tuple[float, float]:
        """How much nearer the window is to this fact than to any of the other bullets', and of its own bullet's."""
        near = self._both[:3, :, window].max(axis=0)
        own = self._exemplars.bullet == self._exemplars.bullet[fact]
        others, siblings = near[~own], near[own & (self._positions != fact)]
        return self._lead_over(fact, others), self._lead_over(fact, siblings)

    def _lead_over(self, fact: int, rivals: Rows) -> float:
        return float(self.nearest[fact] - (rivals.max() if len(rivals) else 0.0))

    def _negation(self, fact: int, window: int) -> float:
        """1: negated as the nearest wrong sentence is and the nearest stating one is not; -1: the reverse."""
        differs = []
        for kind in (COVERED, WRONG):
            rows = self._exemplars.rows[kind][fact]
            if rows.start == rows.stop:
                return 0.0
            nearest = rows.start + int(self._similarity[window, rows].argmax())
            differs.append(bool(self._exemplars.negated[nearest]) != self._negated[window])
        return float(differs[0]) - float(differs[1])


def _votes(similarity: Rows, exemplars: Exemplars) -> Rows:
    """(kinds, facts, windows): share of the nearest sentences' votes; of a window they sum to 1."""
    import numpy as np

    count = min(NEIGHBOURS, similarity.shape[1])
    nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    weights = np.exp(VOTE_SHARPNESS * np.take_along_axis(similarity, nearest, axis=1))
    weights /= weights.sum(axis=1, keepdims=True)
    votes = np.zeros((len(exemplars.rows), len(exemplars.facts), len(similarity)), np.float32)
    windows = np.arange(len(similarity))[:, None]
    np.add.at(votes, (exemplars.kind[nearest], exemplars.fact[nearest], windows), weights)
    return votes


def _nearest(similarity: Rows, exemplars: Exemplars) -> Rows:
    """(kinds, facts, windows): similarity to the nearest sentence; 0 where a fact has none of the kind."""
    import numpy as np

    none = np.zeros(len(similarity), np.float32)
    return np.array(
        [[similarity[:, r].max(axis=1) if r.start < r.stop else none for r in of_kind] for of_kind in exemplars.rows]
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
    """Mean length between marks, a Latin letter counting as a third of a Han character; at most 20."""
    lengths = [sum(0.35 if c.isascii() else 1.0 for c in piece) for piece in _CHUNK.split(text) if piece.strip()]
    return min(sum(lengths) / len(lengths), 20.0) if lengths else 0.0
