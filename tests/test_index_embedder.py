"""Tests of `index.embedder`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index.embedder import StaticEmbedder, bundled_model, is_static
from index.errors import EmbedderError

TEXTS = ["What is GRPO?", "显存不够怎么办", "PagedAttention 怎么管理 KV cache", "…", "ＧＲＰＯ", "🙂 龘"]


@pytest.fixture(scope="module")
def bundled() -> StaticEmbedder:
    return StaticEmbedder(bundled_model())


def test_vectors_are_unit_rows_and_zero_without_tokens(bundled: StaticEmbedder) -> None:
    lengths = np.linalg.norm(bundled.embed_queries(TEXTS), axis=1)
    assert np.allclose(lengths[[0, 1, 2, 4]], 1, atol=1e-6)
    assert lengths[3] == 0


def test_vector_does_not_depend_on_the_other_texts(bundled: StaticEmbedder) -> None:
    alone = bundled.embed_passages(TEXTS[1:2])[0]
    assert np.array_equal(bundled.embed_passages(TEXTS)[1], alone)


def test_no_texts_give_no_rows(bundled: StaticEmbedder) -> None:
    assert bundled.embed_queries([]).shape == (0, bundled.dimensions)


def test_translation_is_nearer_than_another_topic(bundled: StaticEmbedder) -> None:
    zh, en, other = bundled.embed_queries(["模型量化", "model quantization", "red wine stains"])
    assert zh @ en > zh @ other + 0.2


def test_bundled_model_stays_within_eight_megabytes() -> None:
    assert sum(f.stat().st_size for f in bundled_model().rglob("*") if f.is_file()) <= 8_000_000


def test_folder_that_is_no_model_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=str(tmp_path)):
        StaticEmbedder(tmp_path)


def test_cut_off_weights_are_an_error_of_ours(tmp_path: Path) -> None:
    for name in ("tokenizer.json", "modules.json"):
        (tmp_path / name).write_bytes((bundled_model() / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes((bundled_model() / "model.safetensors").read_bytes()[:1000])
    with pytest.raises(EmbedderError, match="reinstall"):
        StaticEmbedder(tmp_path)


def test_folder_with_other_modules_is_not_static(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Transformer"}]))
    assert not is_static(tmp_path)
    assert is_static(bundled_model())


def test_bundled_embedder_loads_no_torch() -> None:
    code = (
        "import sys; from index.embedder import open_embedder; open_embedder().embed_queries(['x']); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_numpy_gives_the_vectors_of_sentence_transformers(bundled: StaticEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(bundled_model()), device="cpu").encode(TEXTS[:5], convert_to_numpy=True)
    assert np.abs(bundled.embed_queries(TEXTS[:5]) - theirs)[[0, 1, 2, 4]].max() <= 1e-5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_missing_model_without_network_is_an_error_within_seconds_that_names_it() -> None:
    started = time.monotonic()
    # A port on which nobody listens stands for the hub, whatever network the machine has.
    command = "from index.embedder import open_embedder; open_embedder('nobody/nothing')"
    away = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "NO_PROXY": "*"}
    away = {name: value for name, value in away.items() if not name.lower().endswith("s_proxy")}
    ended = subprocess.run([sys.executable, "-c", command], env=away, capture_output=True, text=True)
    assert "EmbedderError: cannot load model 'nobody/nothing' (it is not on this machine" in ended.stderr
    assert time.monotonic() - started < 60  # most of it is the import; the hub's client alone would try for minutes
