"""Tests of `index.reranker`: the first hits in another order, and nothing else changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.errors import EmbedderError
from index.reranker import CrossReranker, Reranked
from index.retriever import Retriever
from tests.fakes import LetterEmbedder
from tests.test_index_build import BOOK


class Longest:
    """A reranker that likes long texts."""

    def scores(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        return [float(len(text)) for text in texts]


@pytest.fixture(scope="module")
def plain() -> Retriever:
    return Retriever.from_handbook(BOOK, LetterEmbedder())


def test_first_hits_follow_the_reranker_and_chances_stay_with_the_places(plain: Retriever) -> None:
    before, after = plain.search("MoE", 4), Reranked(plain, Longest()).search("MoE", 4)
    lengths = {q.ref: len("\n".join([q.text, *(b.plain for b in q.bullets)])) for q in BOOK.questions}
    assert [h.question.ref for h in after.hits] == sorted(lengths, key=lambda ref: -lengths[ref])
    assert [h.score for h in after.hits] == [h.score for h in before.hits]
    assert [h.ranks["reranker"] for h in after.hits] == [1, 2, 3, 4]
    assert (after.abstained, after.detail) == (before.abstained, before.detail)


def test_reranked_search_still_returns_k_hits_or_none(plain: Retriever) -> None:
    search = Reranked(plain, Longest())
    assert len(search.search("MoE", 2).hits) == 2
    assert search.search("？", 2).hits == ()


def test_search_out_of_fold_stays_so_under_a_reranker(plain: Retriever) -> None:
    from evals.retrieval import HeldOutSearch, OutOfFold

    search = Reranked(OutOfFold(plain), Longest())
    assert isinstance(search, HeldOutSearch)
    own, shipped = (s.search("MoE", 1).hits[0].score for s in (search.without("1.1-zh"), search))
    assert own != shipped


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_any_cross_encoder_folder_can_rerank(tmp_path: Path, plain: Retriever) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "MoE", "router", "paged", "attention"]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(tmp_path)
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    BertForSequenceClassification(BertConfig(vocab_size=len(words), num_labels=1, **size)).save_pretrained(tmp_path)
    reranker = CrossReranker(str(tmp_path))
    refs = [hit.question.ref for hit in Reranked(plain, reranker).search("MoE router", 4).hits]
    assert sorted(refs) == [q.ref for q in BOOK.questions]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_offline_a_reranker_that_is_not_here_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"--offline opens no connection\); .* or unset COACH_RERANKER"):
        CrossReranker("nobody/nothing", offline=True)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no-such-type"}))
    with pytest.raises(EmbedderError, match="unset COACH_RERANKER"):
        CrossReranker(str(tmp_path))
