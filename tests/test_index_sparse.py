"""Tests of `index.sparse`."""

from __future__ import annotations

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.sparse import LOWEST_IDF, weigh

TEXTS = [["rag", "index", "rag"], ["agent", "tool"], ["moe", "router", "expert", "index"], ["kv", "cache"], ["tool"]]


@pytest.mark.parametrize("query", [["rag"], ["index", "tool"], ["tool", "tool"], ["unknown"], []])
def test_scores_are_those_of_rank_bm25(query: list[str]) -> None:
    wanted = BM25Okapi(TEXTS).get_scores(query)
    assert np.allclose(weigh(TEXTS).scores(query), wanted, atol=1e-9, rtol=0)


@pytest.mark.parametrize("texts", [[], [[], []]])
def test_corpus_without_tokens_scores_nothing(texts: list[list[str]]) -> None:
    assert weigh(texts).scores(["rag"]).tolist() == [0.0] * len(texts)


def test_match_in_a_corpus_of_two_still_counts() -> None:
    # rank-bm25's idf of a word in one of two texts is log(1.5 / 1.5) = 0.
    scores = weigh([["rag"], ["moe"]]).scores(["rag"])
    assert scores[0] == pytest.approx(LOWEST_IDF)  # tf 1, average length: (1 * 2.5) / (1 + 1.5) = 1
    assert scores[1] == 0


def test_holders_are_the_texts_with_the_token() -> None:
    weights = weigh(TEXTS)
    assert weights.holders("index").tolist() == [0, 2]
    assert weights.holders("unknown").tolist() == []


def test_unknown_token_tells_more_than_any_known_one() -> None:
    weights = weigh(TEXTS)
    assert weights.telling("unknown") > max(weights.telling(t) for t in weights.terms)
