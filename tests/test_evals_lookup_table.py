"""evals.lookup_table and evals.lookup_scale: the page of docs/lookup.md, on a few questions."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from evals.cases import QueryCase
from evals.lookup_scale import made_up, measure
from evals.lookup_table import Row, bm25, lines_of, mean_of_grains, ranked_by, reciprocal, searched, weighted, written
from evals.table import Metric
from index.retriever import Retriever
from tests.fakes import LetterEmbedder
from tests.test_index_build import BOOK

CASES = [
    QueryCase("a", "router", "en", "english", ("1.4",)),
    QueryCase("b", "paged attention", "en", "english", ("1.2",)),
    QueryCase("c", "wine", "en", "far", ()),
]


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return Retriever.from_handbook(BOOK, LetterEmbedder())


def test_each_way_to_search_is_scored_on_the_answerable_queries(retriever: Retriever) -> None:
    assert ranked_by(bm25, retriever, CASES)["recall@1"].value == 1.0
    assert searched(retriever, CASES)["recall@5"].n == 2


def test_ranks_and_scores_are_fused_as_their_names_say(retriever: Retriever) -> None:
    evidence = retriever.evidence("router")
    places = [1 + int((by(evidence) > by(evidence)[3]).sum()) for by in (bm25, mean_of_grains)]
    assert reciprocal(evidence)[3] == pytest.approx(sum(1 / (60 + place) for place in places))
    best = int(mean_of_grains(evidence).argmax())
    assert weighted(evidence, dense=1.0)[best] == 1.0
    assert np.argmax(weighted(evidence, dense=0.0)) == 3


def test_row_has_a_figure_with_its_interval_and_a_dash_without_data() -> None:
    row = Row("BM25", {"recall@1": Metric("recall@1", 0.5, 0.25, 0.75, 8)})
    assert list(lines_of([row], {"recall@1": "first, n = 8", "x": "none"}))[-1] == "| BM25 | 0.50 [0.25, 0.75] | – |"
    assert written(None) == "–"


def test_made_up_handbook_has_its_size_and_is_searched(tmp_path: Path) -> None:
    found = measure(90, tmp_path)
    assert found["first"] > 0.9
    assert found["search_ms"] < 1_000 * found["build_s"]


def test_same_seed_makes_the_same_handbook() -> None:
    assert made_up(3, random.Random(1)) == made_up(3, random.Random(1))
