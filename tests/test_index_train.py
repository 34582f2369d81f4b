"""Tests of `index.train`, `index.vocabulary` and `index.card`."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index.card import sources
from index.embedder import StaticEmbedder, bundled_model
from index.vocabulary import build_tokenizer, count_runs

TERMS = [
    ("显存", "memory"),
    ("模型", "model"),
    ("训练", "training"),
    ("推理", "inference"),
    ("缓存", "cache"),
    ("奖励", "reward"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small corpus of made-up pairs in the form of the real one."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    parallel = [
        [kind, f"{a}和{b}的关系第{n}条", f"how {x} relates to {y} case{n}", "some/repo"]
        for n in range(12)
        for kind in ("s", "h", "xh")
        for a, x in TERMS
        for b, y in TERMS
        if a != b
    ]
    rows = {
        "parallel_zh_en": parallel,
        "heading_para": [[zh, en, "", "some/repo"] for _, zh, en, _ in parallel],
        "neighbours": [[zh, en, "some/repo"] for _, zh, en, _ in parallel],
        "terms_zh_en": [[zh, en, 9, "some/repo"] for zh, en in TERMS],
        "acronyms": [["kv", "key value", 9, "some/repo"]],
    }
    for name, lines in rows.items():
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "README.md").write_text("| repo | commit | licence |\n| some/repo | 0123456789ab | MIT | ok |\n")
    return folder


def test_runs_are_counted_by_script() -> None:
    assert count_runs(["kv缓存 kv"]) == Counter({"kv": 2, "缓存": 1})


def test_frequent_words_become_pieces_and_rare_ones_are_spelled() -> None:
    runs = {
        "一二三四五六七八九十": 80,
        "显存": 60,
        "模型": 90,
        "显": 6,
        "存": 6,
        "模": 6,
        "型": 6,
        "cache": 50,
        "model": 70,
        "zqxj": 1,
    }
    tokenizer = build_tokenizer(runs, size=120, subwords=60)
    assert tokenizer.encode("模型，Cache").tokens == ["模型", "cache"]
    assert "".join(tokenizer.encode("zqxj").tokens) == "zqxj"


def test_card_lists_the_sources_with_licence(corpus: Path) -> None:
    assert sources(corpus) == [("some/repo", "0123456789ab", "MIT")]


def test_shipped_card_names_sources_and_settings() -> None:
    card = (bundled_model() / "README.md").read_text(encoding="utf-8")
    assert "| huggingface/course | 16af5667532d | Apache-2.0 |" in card
    assert '"seed": 13' in card


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_batch_holds_a_text_twice() -> None:
    from index.train import cut

    # The third row repeats `a`, and the fifth fills a batch of two.
    assert cut([("a", "x"), ("b", "y"), ("a", "z"), ("c", "v"), ("d", "w")], 2) == [[0, 1], [2, 3], [4]]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_training_writes_a_model_that_both_readers_open_alike(corpus: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from index.train import main

    out, further = tmp_path / "model", tmp_path / "further"
    sizes = {"tokens": 200, "dimensions": 16, "steps": 12, "batch": 32, "svd-texts": 400, "learning-rate": 0.01}
    options = [part for name, n in sizes.items() for part in (f"--{name}", str(n))]
    main([str(corpus), str(out), *options])
    main([str(corpus), str(further), "--start", str(out), *options])
    for folder in (out, further):
        ours, texts = StaticEmbedder(folder), ["显存 cache", "reward 模型"]
        theirs = SentenceTransformer(str(folder), device="cpu").encode(texts, convert_to_numpy=True)
        assert np.abs(ours.embed_queries(texts) - theirs).max() <= 1e-5
    assert "some/repo" in (out / "README.md").read_text(encoding="utf-8")
    assert json.loads((further / "training.json").read_text(encoding="utf-8"))["before"]["steps"] == 12


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pack_pairs_keep_a_question_and_its_entry_apart_and_leave_out_what_was_asked() -> None:
    from index.pack import bundled_pack
    from index.train import pack_pairs

    pairs = pack_pairs(bundled_pack())
    assert {len(pairs["variants"]), len(pairs["entries"])} == {len(pairs["variants"])}
    assert not {right for _, right in pairs["variants"]} & {right for _, right in pairs["entries"]}
    fewer = pack_pairs(bundled_pack(), {"2.4"})
    gone = set(pairs["variants"]) - set(fewer["variants"])
    assert len({right for _, right in gone}) == 1
    assert "grpo" in gone.pop()[1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_questions_asked_about_are_read_from_queries(tmp_path: Path) -> None:
    from index.train import refs_of

    file = tmp_path / "queries.jsonl"
    file.write_text('{"relevant": ["1.1"]}\n{"relevant": [], "about": ["1.2"]}\n')
    assert refs_of(file) == {"1.1", "1.2"}
