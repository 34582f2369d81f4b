"""The encoder in numpy, against its own definition worked out clause by clause."""

from __future__ import annotations

import numpy as np
import pytest

from coach.encoder import Encoder, open_encoder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


def test_vectors_are_unit_rows(encoder: Encoder) -> None:
    vectors = encoder.embed(["显存不够用", "The cache grows with the sequence", "k"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_text_without_tokens_is_zero(encoder: Encoder) -> None:
    assert not encoder.embed(["。！"]).any()
    assert encoder.embed(["。", "显存"])[1].any()


def test_a_text_alone_and_in_a_batch_has_the_same_vector(encoder: Encoder) -> None:
    texts = ["先检索再生成", "retrieve, then generate", "一个很长很长的句子里面也有检索和生成两个词"]
    together = encoder.embed(texts)
    assert np.allclose(together, np.concatenate([encoder.embed([text]) for text in texts]), atol=1e-5)


def test_order_of_words_changes_the_vector(encoder: Encoder) -> None:
    one, other = encoder.embed(["高频不动低频缩放", "低频不动高频缩放"])
    assert one @ other < 0.999


def test_pool_of_one_clause_is_its_own_vector(encoder: Encoder) -> None:
    parts = encoder.parts(["先检索", "再生成"])
    assert np.allclose(encoder.pool(parts, [(1, 2)]), encoder.embed(["再生成"]), atol=1e-6)


def test_saying_is_nearer_to_its_paraphrase_than_to_another_matter(encoder: Encoder) -> None:
    said, same, other = encoder.embed(
        ["显存占用随序列变长而增加", "longer sequences take more GPU memory", "先学会给答案打分"]
    )
    assert said @ same > said @ other
