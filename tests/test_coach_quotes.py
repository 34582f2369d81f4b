"""The quote check, by injecting what a judge can get wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.quotes import fold, locate, verify

ANSWER = "嗯，ＫＶ  Cache 会把 key 和 value 存下来，\n省掉重复计算。代价是显存，序列越长占得越多，所以有人去压缩它。"


def test_quote_is_found_across_width_case_and_white_space() -> None:
    (found,) = verify(ANSWER, ["kv cache会把KEY和value存下来"])
    assert found.quote == "ＫＶ  Cache 会把 key 和 value 存下来"
    assert ANSWER[found.start : found.end] == found.quote


@pytest.mark.parametrize(
    "fault",
    [
        "KV Cache 会把 query 存下来",  # one word changed
        "显存的代价",  # reordered
        "省掉重复计算…代价是显存",  # joined by an ellipsis
        "显存",  # a scrap of two letters
        "",
        "。，",
        ANSWER,  # the whole of a longer answer
        "The model caches keys and values",  # translated
    ],
)
def test_faulty_quote_is_refused(fault: str) -> None:
    assert verify(ANSWER * 3 if fault == ANSWER else ANSWER, [fault * 3 if fault == ANSWER else fault]) == ()


def test_good_quote_survives_beside_a_bad_one() -> None:
    assert [q.quote for q in verify(ANSWER, ["made up by the judge", "代价是显存"])] == ["代价是显存"]


def test_quotes_beyond_the_cap_are_left_out_in_the_order_given() -> None:
    answer = "甲乙丙丁戊己庚辛壬癸" * 6  # 60 characters: the cap is 36
    quotes = verify("一二三四五六七八九十" * 3 + answer, ["一二三四五六七八九十", answer])
    assert [q.quote for q in quotes] == ["一二三四五六七八九十"]


def test_short_answer_may_be_quoted_whole() -> None:
    assert verify("先检索再生成", ["先检索再生成"])[0].quote == "先检索再生成"
    assert verify("RAG", ["RAG"])[0].quote == "RAG"


def test_whole_quote_of_a_two_sentence_answer_is_narrowed_to_clauses_within_the_cap() -> None:
    answer = "先去知识库里检索相关的段落，再把段落拼进提示词里让模型来生成回答，最后附上出处方便核对。"
    (found,) = verify(answer, [answer])
    # 43 characters: the cap is max(25, 30) = 30, and clauses two and three together have 30
    assert found.quote == "再把段落拼进提示词里让模型来生成回答，最后附上出处方便核对。"


def test_narrowed_quote_begins_and_ends_with_a_letter_or_mark() -> None:
    answer = "no critic, the group mean is the baseline, and that saves memory"
    (found,) = verify(answer, [answer])
    assert answer[found.start : found.end] == found.quote == "the group mean is the baseline,"


def test_ligature_and_combining_mark_keep_their_offsets() -> None:
    answer = "the ﬁne-tuned cafe\u0301 model"
    (found,) = verify(answer, ["fine-tuned café"])
    assert found.quote == "ﬁne-tuned cafe\u0301"


def test_invisible_characters_in_the_answer_do_not_hide_a_quote() -> None:
    answer = "先检​索⁠再生成，引用﻿附上出处，免得­胡说"
    (found,) = verify(answer, ["先检索再生成"])
    assert found.quote == answer[found.start : found.end] == "先检​索⁠再生成"


def test_repeated_quote_counts_once() -> None:
    assert len(verify(ANSWER, ["代价是显存", "代价是 显存"])) == 1


@given(st.text(max_size=60))
def test_folding_equals_the_scorers_up_to_what_nfkc_joins_across_clusters(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    whole = "".join(unicodedata.normalize("NFKC", visible).lower().split())
    assert unicodedata.normalize("NFKC", folded.text) == unicodedata.normalize("NFKC", whole)


@given(st.text(min_size=1, max_size=80), st.data())
def test_any_slice_of_the_answer_is_located_where_it_reads_the_same(answer: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(answer) - 1))
    end = data.draw(st.integers(start + 1, len(answer)))
    found = locate(fold(answer), answer, answer[start:end])
    if found is not None:
        assert answer[found.start : found.end] == found.quote
        assert fold(answer[start:end]).text in fold(found.quote).text
