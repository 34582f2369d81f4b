"""Rows of bare terms and bullets that are lists."""

from __future__ import annotations

import pytest

from coach.term_rows import entry_length, glue, in_row, is_list, is_row, names, row_around
from coach.types import Quote
from index.pack import bundled_pack, open_pack

ROW = "reranking, iteration, pluggable modules, query rewrite, concatenation, RRF, hybrid search"


@pytest.mark.parametrize("text", [ROW, "MinHash—LSH—Jaccard—SimHash—隐私", "MCP|CUA|RBAC|audit trail|policy engine"])
def test_terms_without_a_claim_are_a_row(text: str) -> None:
    assert is_row(text)


@pytest.mark.parametrize(
    "text",
    [
        "RRF, hybrid search",
        "先检索、再重排、最后生成，这样 context 的质量就有保证，幻觉就少。",
        "It reranks what was found, so the context is clean, and the model invents less, which is the point.",
        "",
    ],
)
def test_sentences_and_short_lists_are_no_rows(text: str) -> None:
    assert not is_row(text)


def test_stretch_stands_in_the_row_around_it_but_not_in_the_next_sentence() -> None:
    answer = f"{ROW}. 重排之后只留前五条，所以上下文干净。"
    at = answer.index("query rewrite")
    assert in_row(answer, Quote("query rewrite", at, at + len("query rewrite")))
    claim = answer.index("重排")
    assert not in_row(answer, Quote(answer[claim:], claim, len(answer)))


TALK = f"So there is all of this: {ROW}, and they come up when you look at what each one adds to the one before."


@pytest.mark.parametrize("quote", [ROW, "pluggable modules, query rewrite", "RRF"])
def test_quote_stands_in_the_row_within_a_sentence_that_goes_on(quote: str) -> None:
    start = TALK.index(quote)
    assert len(row_around(TALK, Quote(quote, start, start + len(quote)))) >= 5


@pytest.mark.parametrize(
    "answer",
    [
        "流程是：召回、粗排、精排、重排、生成。",
        "The stack: attention, RoPE, GQA, SwiGLU, RMSNorm, MoE.",
        "vLLM\nSGLang\nTGI\nLoRA\nMoE\nDPO",
        "vLLM·SGLang·TGI·LoRA·MoE",
        "400-600、attention、ntk-by-parts、pi、steps、temperature、yarn",
    ],
)
def test_row_may_be_led_in_and_may_stand_on_lines_of_its_own(answer: str) -> None:
    assert len(row_around(answer, Quote(answer, 0, len(answer)))) >= 5


@pytest.mark.parametrize(
    "answer",
    [
        "延迟降低，吞吐提高，显存减半，精度持平，成本下降",
        "参数2字节，梯度2字节，Adam 8字节，主权重4字节，共16字节每参数",
        "Pre-LN trains stably, RoPE encodes position, GQA cuts KV, SwiGLU replaces ReLU, RMSNorm drops mean",
        "召回率低，加混合检索，加重排，调chunk，扩query，换embedding",
    ],
)
def test_terse_claims_are_no_row(answer: str) -> None:
    assert row_around(answer, Quote(answer, 0, len(answer))) == ()


@pytest.mark.slow
def test_hardly_a_sentence_of_the_pack_that_states_a_fact_is_a_row() -> None:
    pack = open_pack(bundled_pack())
    facts = [f for key in pack.keys if (q := pack.question(key)) for b in q.bullets for f in b.facts]
    texts = [text for fact in facts for text in (*fact.covered, fact.fact, fact.en)]
    rows = [text for text in texts if row_around(text, Quote(text, 0, len(text)))]
    assert len(rows) < 0.0005 * len(texts), rows  # 1 of 17,852


@pytest.mark.parametrize("quote", ["they come up", "hybrid search, and they come up", "when you look"])
def test_quote_that_reaches_beyond_the_row_does_not_stand_in_it(quote: str) -> None:
    start = TALK.index(quote)
    assert row_around(TALK, Quote(quote, start, start + len(quote))) == ()


def test_row_ends_with_its_sentence() -> None:
    answer = "分块、召回、重排。生成、引用。都靠检索。"
    assert row_around(answer, Quote("重排", 6, 8)) == ()


def test_row_in_a_long_answer_is_found_where_it_stands() -> None:
    answer = "先说别的，" * 500 + "A、B、C、D、E、F。" + "再说别的，" * 500
    start = answer.index("C、D")
    assert row_around(answer, Quote("C、D", start, start + 3))[-5:] == ("B", "C", "D", "E", "F")


def test_row_of_everything_names_the_things_of_no_list() -> None:
    bullet = "Advanced RAG：Query Rewrite + Hybrid Search + Reranking"
    assert names(("query rewrite", "hybrid search", "reranking", "HyDE", "RRF"), bullet)
    assert not names(tuple(entry.strip() for entry in ROW.split(",")), bullet)
    assert not names(("KV Cache", "c_kv", "压缩"), "KV Cache 只存压缩后的 c_kv")


def test_lists_have_three_entries() -> None:
    assert is_list("Self-RAG / CRAG / Adaptive RAG")
    assert is_list("模块化：训练成本低、灵活；原生：天花板更高")
    assert not is_list("KV Cache 只存压缩后的 c_kv")


def test_empty_text_has_neither_glue_nor_entries() -> None:
    assert (glue(""), entry_length("")) == (0.0, 0.0)
