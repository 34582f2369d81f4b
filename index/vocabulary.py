"""The bundled embedder's tokenizer: which pieces it knows, found by counting a corpus. Used in training only."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Lowercase, Sequence
from tokenizers.pre_tokenizers import Split
from tokenizers.trainers import UnigramTrainer

HAN = "\u4e00-\u9fff"
RUNS = re.compile(f"[{HAN}]+|[a-z0-9]+")
UNKNOWN = "[UNK]"
GLUE = frozenset("的了是在和与就都而及着也把被让给这那们")
"""Han that a longer piece may not begin or end with: 的动作 is glue, not a word."""
LONGEST = 4
"""Han characters in a piece; longer terms are sums of their parts."""
SUBWORD_PENALTY = 8.0
"""Nats: a whole word is always preferred to the same letters in parts."""
RAREST_WORD = 4
RAREST_HAN = 5


def count_runs(texts: Iterable[str]) -> Counter[str]:
    """How often each run of Han, and each run of Latin letters and digits, occurs in normalised `texts`."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(RUNS.findall(text))
    return counts


def build_tokenizer(runs: Mapping[str, int], size: int = 16_000, subwords: int = 2_500) -> Tokenizer:
    """A Unigram tokenizer of `size` pieces: half Han, half Latin words with `subwords` parts for the unknown ones."""
    han = Counter({run: n for run, n in runs.items() if "\u4e00" <= run[0] <= "\u9fff"})
    latin = Counter({run: n for run, n in runs.items() if run not in han})
    pieces = _han_pieces(han, size // 2)
    pieces += _latin_pieces(latin, size - 1 - len(pieces), subwords)
    return _tokenizer([(UNKNOWN, 0.0), *pieces])


def _tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(pieces, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = Sequence([NFKC(), Lowercase()])
    # Inverted and removed: what is neither Han nor a Latin letter nor a digit disappears.
    tokenizer.pre_tokenizer = Split(Regex(RUNS.pattern), behavior="removed", invert=True)
    return tokenizer


def _han_pieces(runs: Mapping[str, int], size: int) -> list[tuple[str, float]]:
    """All single characters, then the most used words: candidates by cohesion, then by use."""
    grams: list[Counter[str]] = [Counter() for _ in range(LONGEST + 1)]
    for run, n in runs.items():
        for length in range(1, LONGEST + 1):
            for start in range(len(run) - length + 1):
                grams[length][run[start : start + length]] += n
    counts = {gram: n for level in grams for gram, n in level.items()}
    total = sum(grams[1].values())
    singles = {gram: n for gram, n in grams[1].items() if n >= RAREST_HAN}
    words = [gram for gram, n in counts.items() if len(gram) > 1 and n >= 20 and _coheres(gram, counts, total)]
    known = {**singles, **{word: counts[word] for word in words}}
    for keep in (4 * size, 2 * size, size):
        used = _segmented(known, runs)
        room = keep - len(singles)
        best = sorted((w for w in known if len(w) > 1), key=lambda w: (-used[w], w))[:room]
        known = {**{s: max(1, used[s]) for s in singles}, **{w: max(1, used[w]) for w in best}}
    return _scored(known)


def _coheres(gram: str, counts: Mapping[str, int], total: int) -> bool:
    """Its parts stand together far more often than chance would put them, and neither end is glue."""
    if gram[0] in GLUE or gram[-1] in GLUE:
        return False
    parts = ((gram[:cut], gram[cut:]) for cut in range(1, len(gram)))
    cohesion = min(math.log(counts[gram] * total / (counts[a] * counts[b])) for a, b in parts)
    return cohesion > (2.0 if len(gram) == 2 else 4.0)


def _segmented(known: Mapping[str, int], runs: Mapping[str, int]) -> Counter[str]:
    """How often each piece is used when the best segmentation of every run is taken."""
    tokenizer = _tokenizer([(UNKNOWN, 0.0), *_scored(known)])
    used: Counter[str] = Counter()
    names = [UNKNOWN, *known]
    listed = list(runs)
    for encoding, run in zip(tokenizer.encode_batch_fast(listed), listed, strict=True):
        for number in encoding.ids:  # a fast encoding holds no token texts
            used[names[number]] += runs[run]
    return used


def _latin_pieces(runs: Mapping[str, int], size: int, subwords: int) -> list[tuple[str, float]]:
    """The most used whole words, then parts learnt from all words, each scored below any whole word."""
    words = sorted((w for w, n in runs.items() if n >= RAREST_WORD and len(w) <= 24), key=lambda w: (-runs[w], w))
    parts = _parts(runs, subwords)
    whole = [w for w in words if w not in parts][: size - len(parts)]
    scored = dict(_scored({w: runs[w] for w in whole}))
    # A part that is itself a frequent word keeps the word's score.
    total = sum(runs.values())
    for part, score in parts.items():
        as_word = math.log(runs[part] / total) if runs.get(part, 0) >= RAREST_WORD else -math.inf
        scored[part] = max(score - SUBWORD_PENALTY, as_word)
    return list(scored.items())


def _parts(runs: Mapping[str, int], size: int) -> dict[str, float]:
    """Letter sequences by which any Latin run can be spelled, with their log probabilities."""
    tokenizer = Tokenizer(Unigram())
    alphabet = [chr(c) for c in (*range(ord("a"), ord("z") + 1), *range(ord("0"), ord("9") + 1))]
    trainer = UnigramTrainer(vocab_size=size, initial_alphabet=alphabet, max_piece_length=8, show_progress=False)
    # Log counts: the parts are for rare words, so the frequent ones must not decide alone.
    words = (w for w, n in sorted(runs.items()) if n > 1 for _ in range(1 + int(math.log2(n))))
    tokenizer.train_from_iterator(words, trainer)
    return {piece: score for piece, score in json.loads(tokenizer.to_str())["model"]["vocab"] if RUNS.fullmatch(piece)}


def _scored(counts: Mapping[str, int]) -> list[tuple[str, float]]:
    """Log probabilities."""
    total = sum(counts.values())
    return [(piece, math.log(n / total)) for piece, n in counts.items()]
