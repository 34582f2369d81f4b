"""Tests of `index.shortlist`: a large handbook is scored as a small one is, from an index of another form."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import shortlist
from index.build import open_index
from index.calibration import Logistic, Parameters
from index.embedder import StaticEmbedder, bundled_model
from index.handbook import bundled_handbook, load_handbook
from index.pack import bundled_pack, open_pack
from index.retriever import Retriever
from index.sparse import Tally, weigh
from index.types import Direction, Handbook
from tests.fakes import LetterEmbedder
from tests.test_index_build import BOOK, only_index, question

TEXTS = [["rag", "index", "rag"], ["agent", "tool"], ["moe", "index"], ["index", "cache"], ["tool"], ["index"]]


def test_some_texts_are_weighed_as_among_all() -> None:
    tally = Tally()
    for text in TEXTS:
        tally.add(text)
    wanted = ["index", "rag", "tool", "unknown"]  # `index` is in four of six: its idf is below zero
    some = tally.statistics().weigh(TEXTS[1:4], wanted)
    whole = weigh(TEXTS)
    assert np.allclose(some.scores(wanted), whole.scores(wanted)[1:4], atol=1e-9)
    assert [some.telling(t) for t in wanted] == pytest.approx([whole.telling(t) for t in wanted])
    assert some.holders("index").tolist() == [1, 2]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Retriever, Retriever]:
    """The bundled handbook with its pack, scored whole and by shortlist."""
    book, pack = load_handbook(bundled_handbook()), open_pack(bundled_pack())
    embedder = StaticEmbedder(bundled_model())
    homes = [tmp_path_factory.mktemp(name) for name in ("whole", "short")]
    return tuple(  # type: ignore[return-value]
        open_index(book, embedder, home, pack=pack, large=large) for home, large in zip(homes, (1_000, 1), strict=True)
    )


QUERIES = [
    "what is GRPO",
    "显存不够怎么办",
    "how does paged attention avoid fragmentation",
    "红烧肉怎么做才不腻",
    "grop",
]


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_shortlist_ranks_and_judges_as_the_whole_does(pair: tuple[Retriever, Retriever], query: str) -> None:
    whole, short = (retriever.search(query, 3) for retriever in pair)
    assert [h.question.ref for h in short.hits] == [h.question.ref for h in whole.hits]
    assert [h.matched for h in short.hits] == [h.matched for h in whole.hits]
    assert (short.abstained, short.detail) == (whole.abstained, whole.detail)


def many(count: int) -> Handbook:
    rng = random.Random(3)
    words = [f"{a}{b}" for a in ("mo", "ra", "ke", "tu", "li") for b in ("pin", "dor", "vex", "zam", "gul", "sof")]
    listed = tuple(
        question(f"1.{n}", f"case{n} {rng.choice(words)}", *(f"{rng.choice(words)} {n}" for _ in range(3)))
        for n in range(1, count + 1)
    )
    return Handbook("many", "Many", {}, (Direction(1, "Many"),), listed)


def test_only_the_nearest_of_many_are_scored_and_the_right_one_is_among_them(tmp_path: Path) -> None:
    book = many(1_500)
    sure = Logistic({"bias": 0.0}, 0.5)
    by_words = Parameters({"entry_bm25": 1.0}, sure, sure)
    retriever = open_index(book, LetterEmbedder(), tmp_path, large=1_000).with_parameters(by_words)
    assert [retriever.search(f"case{n}", 1).hits[0].question.ref for n in (7, 700, 1_499)] == ["1.7", "1.700", "1.1499"]
    assert len(retriever.evidence("case7").bm25) <= shortlist.NEAREST + shortlist.MATCHING


def test_query_without_any_known_token_still_gets_the_nearest(tmp_path: Path) -> None:
    class Blind(LetterEmbedder):
        def embed_queries(self, texts: object) -> np.ndarray:  # type: ignore[override]
            return np.zeros((len(texts), self.dimensions), np.float32)  # type: ignore[arg-type]

    ranking = open_index(BOOK, Blind(), tmp_path, large=1).search("火锅")
    assert ranking.abstained
    assert ranking.hits


def test_edit_of_a_large_handbook_embeds_only_the_changed_texts(tmp_path: Path) -> None:
    open_index(BOOK, LetterEmbedder(), tmp_path, large=1)
    embedder = LetterEmbedder()
    changed = replace(BOOK.questions[3], text="MoE 是怎么路由的？")
    open_index(replace(BOOK, questions=(*BOOK.questions[:3], changed)), embedder, tmp_path, large=1)
    assert embedder.embedded == ["MoE 是怎么路由的？", "MoE 是怎么路由的？\nrouter 选专家"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off"])
def test_damaged_statistics_are_built_anew(tmp_path: Path, damage: bytes) -> None:
    wanted = open_index(BOOK, LetterEmbedder(), tmp_path, large=1).search("paged attention")
    (only_index(tmp_path) / shortlist.TERMS).write_bytes(damage)
    assert open_index(BOOK, LetterEmbedder(), tmp_path, large=1).search("paged attention") == wanted
