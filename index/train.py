"""Trains the bundled embedder: `python -m index.train CORPUS BASE`, then `… CORPUS OUT --start BASE --pack PACK`.

A table of vectors, one per token, whose mean is the vector of a text. It starts from a truncated SVD of the corpus, or
from a table trained before, and is trained with in-batch negatives through sentence-transformers, then rounded to int8
with one float scale per row.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer
from torch.utils.data import SequentialSampler

from index.card import model_card
from index.pack import open_pack
from index.vocabulary import build_tokenizer, count_runs

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training run was made with; written into the model card."""

    seed: int = 13
    tokens: int = 16_000
    dimensions: int = 384
    matryoshka: tuple[int, ...] = (384, 192, 96)
    steps: int = 900
    batch: int = 2_048
    learning_rate: float = 0.05
    warmup: float = 0.05
    scale: float = 20.0
    longest: int = 128
    """Tokens of a text that training looks at."""
    token_dropout: float = 0.1
    code_switch: float = 0.3
    """Share of Chinese texts in which known terms are replaced by their English."""
    svd_texts: int = 200_000


MIXTURE = {
    "parallel": 3.0,
    "headings": 1.0,
    "cross_headings": 1.5,
    "sections": 3.0,
    "parents": 1.0,
    "neighbours": 2.0,
    "terms": 0.9,
    "variants": 3.0,
    "entries": 3.0,
    "sayings": 2.0,
    "bullets": 2.0,
}
"""Share of the steps that each kind of pair gets; the last four come from a pack."""


PACK_KINDS = ("variants", "entries", "sayings", "bullets")


def read_lines(path: Path) -> Iterator[list[Any]]:
    """The JSON arrays of a gzip file, one a line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def fold(text: str) -> str:
    """NFKC and lower case, as the tokenizer folds."""
    return unicodedata.normalize("NFKC", text).lower()


def read_pairs(corpus: Path) -> dict[str, list[Pair]]:
    """Folded pairs of each kind in `MIXTURE`, as far as they come from the corpus."""
    pairs: dict[str, list[Pair]] = {kind: [] for kind in MIXTURE}
    kinds = {"h": "headings", "xh": "cross_headings", "xh2": "cross_headings"}
    for kind, zh, en, _ in read_lines(corpus / "parallel_zh_en.jsonl.gz"):
        pairs[kinds.get(kind, "parallel")].append((fold(zh), fold(en)))
    for heading, text, parent, _ in read_lines(corpus / "heading_para.jsonl.gz"):
        pairs["sections"].append((fold(heading), fold(text)))
        if parent:
            pairs["parents"].append((fold(f"{parent} {heading}"), fold(text)))
    for sentence, around, _ in read_lines(corpus / "neighbours.jsonl.gz"):
        pairs["neighbours"].append((fold(sentence), fold(around)))
    for name in ("terms_zh_en", "acronyms"):
        pairs["terms"] += [(fold(a), fold(b)) for a, b, n, _ in read_lines(corpus / f"{name}.jsonl.gz") if n > 1]
    return {
        kind: [p for p in listed if p[0].strip() and p[1].strip() and p[0] != p[1]] for kind, listed in pairs.items()
    }


def pack_pairs(path: Path, left_out: Collection[str] = ()) -> dict[str, list[Pair]]:
    """How people ask each question, and how they say each fact: the colloquial Chinese that documentation lacks.

    Each kind in batches of its own, so that all negatives of a text are the handbook's other questions or bullets:
    hard ones, and never the right question in another form. Questions with a ref in `left_out` give no pairs.
    """
    pairs: dict[str, list[Pair]] = {kind: [] for kind in PACK_KINDS}
    pack = open_pack(path)
    prepared = [q for q in map(pack.question, pack.keys) if q and q.ref not in left_out]
    for question in prepared:
        whole = fold(" ".join([question.question, *(b.text for b in question.bullets)]))
        asked = [fold(text) for text in (question.en, *(v.text for v in question.variants))]
        pairs["variants"] += [(text, fold(question.question)) for text in asked]
        pairs["entries"] += [(text, whole) for text in asked]
        for bullet in question.bullets:
            facts = [(fold(text), fold(f.fact)) for f in bullet.facts for text in (f.en, *f.covered)]
            said = [*(text for text, _ in facts), *map(fold, (bullet.en, bullet.say.zh, bullet.say.en))]
            pairs["sayings"] += facts
            pairs["bullets"] += [(text, fold(bullet.text)) for text in said]
    return pairs


def blocks(pairs: Sequence[Pair], count: int, size: int, rng: random.Random) -> Iterator[list[Pair]]:
    """`count` batches of at most `size` pairs in which no text occurs twice: an equal text must not be a negative.

    The pairs are gone through in a new order each time they run out.
    """
    waiting: list[Pair] = []
    for _ in range(count):
        batch: list[Pair] = []
        seen: set[str] = set()
        left_out: list[Pair] = []
        refills = 0
        while len(batch) < size:
            if not waiting:
                if refills:
                    break
                refills += 1
                waiting = rng.sample(pairs, len(pairs))
            pair = waiting.pop()
            if pair[0] in seen or pair[1] in seen:
                left_out.append(pair)
                continue
            seen.update(pair)
            batch.append(pair)
        waiting += left_out
        yield batch


def code_switch(text: str, terms: Sequence[Pair], rng: random.Random, share: float) -> str:
    """`text` with some Chinese terms replaced by their English, as interview questions mix them."""
    if rng.random() >= share:
        return text
    for zh, en in terms:
        if zh in text and rng.random() < 0.7:
            text = text.replace(zh, f" {en} ")
    return text


def start_table(tokenizer: Tokenizer, texts: Sequence[str], dimensions: int, seed: int) -> NDArray[np.float32]:
    """Token vectors from the truncated SVD of the idf-weighted text-token matrix; row 0, the unknown token, is zero."""
    from scipy.sparse import csr_matrix  # a development dependency, like all that training needs

    ids = [np.asarray(e.ids, np.int32) for e in tokenizer.encode_batch_fast(list(texts))]
    rows = np.repeat(np.arange(len(ids)), [len(i) for i in ids])
    columns = np.concatenate(ids)
    shape = (len(ids), tokenizer.get_vocab_size())
    counts = csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=shape)
    counts.data = 1 + np.log(counts.data)
    found = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((len(ids) + 1) / (found + 1)).astype(np.float32)
    weighted = counts.multiply(idf).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = weighted.multiply(1 / np.maximum(norms, 1e-6)[:, None]).tocsr()
    _, strengths, right = randomized_svd(weighted, dimensions, n_iter=3, random_state=seed)
    table = right.T * np.sqrt(strengths)
    table = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6) * idf[:, None]
    table[0] = 0
    return np.asarray(table / np.abs(table).mean() * 0.05, dtype=np.float32)


class DroppingEmbedding(StaticEmbedding):
    """Leaves out a share of the tokens in each training step; the unknown token (row 0) never counts."""

    dropout = 0.1

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        """Mean over the tokens that stay."""
        ids = features["input_ids"]
        if self.training:
            ids = ids.masked_fill(torch.rand(ids.shape) < self.dropout, 0)
        means = torch.nn.functional.embedding_bag(
            ids, self.embedding.weight, features["offsets"], mode="mean", padding_idx=0
        )
        # A text that lost all its tokens would be divided by its zero length.
        features["sentence_embedding"] = means + (means == 0).all(dim=1, keepdim=True)
        return features


class InOrder(DefaultBatchSampler):
    """Batches as `blocks` laid them out: rows in their order, a new batch when one is full or would repeat a text."""

    def __init__(self, dataset: Dataset, batch_size: int, **_: Any) -> None:
        super().__init__(SequentialSampler(dataset), batch_size=batch_size, drop_last=False)
        self._batches = cut(list(zip(dataset["anchor"], dataset["positive"], strict=True)), batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Row numbers, batch by batch."""
        return iter(self._batches)

    def __len__(self) -> int:
        """Number of batches."""
        return len(self._batches)


def cut(rows: Sequence[Pair], size: int) -> list[list[int]]:
    """Row numbers in batches of at most `size`, none of which holds a text twice."""
    batches: list[list[int]] = []
    seen: set[str] = set()
    for number, pair in enumerate(rows):
        if not batches or len(batches[-1]) == size or not seen.isdisjoint(pair):
            batches.append([])
            seen = set()
        batches[-1].append(number)
        seen.update(pair)
    return batches


def datasets_for(pairs: dict[str, list[Pair]], settings: Settings) -> dict[str, Dataset]:
    """One dataset a kind, its rows in batches that hold no text twice, as many as its share of the steps."""
    rng = random.Random(settings.seed)
    terms = [p for p in pairs["terms"] if len(p[0]) > 1 and p[1].isascii() and not p[0].isascii()]
    pairs = {kind: listed for kind, listed in pairs.items() if listed}
    share = sum(MIXTURE[kind] for kind in pairs)
    made = {}
    for kind, listed in pairs.items():
        count = max(1, round(settings.steps * MIXTURE[kind] / share))
        rows = [pair for block in blocks(listed, count, settings.batch, rng) for pair in block]
        if settings.code_switch and kind in ("parallel", "sections", "neighbours"):
            rows = [(code_switch(a, terms, rng, settings.code_switch), b) for a, b in rows]
        made[kind] = Dataset.from_dict({"anchor": [a for a, _ in rows], "positive": [b for _, b in rows]})
    return made


def train(
    pairs: dict[str, list[Pair]], settings: Settings, start: Path | None = None
) -> tuple[Tokenizer, NDArray[np.float32]]:
    """The tokenizer and the trained table, float32: (tokens, dimensions); from those of `start`, if given."""
    tokenizer, table = load_table(start) if start else _first_table(pairs, settings)
    tokenizer.enable_truncation(settings.longest)
    embedding = DroppingEmbedding(tokenizer, embedding_weights=table)
    embedding.dropout = settings.token_dropout
    model = SentenceTransformer(modules=[embedding, Normalize()], device="cpu")
    fit(model, datasets_for(pairs, settings), settings)
    tokenizer.no_truncation()
    return tokenizer, embedding.embedding.weight.detach().numpy()


def _first_table(pairs: dict[str, list[Pair]], settings: Settings) -> tuple[Tokenizer, NDArray[np.float32]]:
    texts = [text for listed in pairs.values() for pair in listed for text in pair]
    tokenizer = build_tokenizer(count_runs(texts), settings.tokens)
    tokenizer.enable_truncation(settings.longest)
    joined = [f"{a} {b}" for listed in pairs.values() for a, b in listed]
    sample = random.Random(settings.seed).sample(joined, min(settings.svd_texts, len(joined)))
    return tokenizer, start_table(tokenizer, sample, settings.dimensions, settings.seed)


def load_table(folder: Path) -> tuple[Tokenizer, NDArray[np.float32]]:
    """What `write_model` wrote, as float32."""
    stored = load_file(folder / "model.safetensors")
    table = stored["embeddings"].astype(np.float32) * stored["weights"][:, None]
    return Tokenizer.from_file(str(folder / "tokenizer.json")), table


def fit(model: SentenceTransformer, data: dict[str, Dataset], settings: Settings) -> None:
    """One pass over `data` with in-batch negatives in both directions, at every Matryoshka size."""
    base = MultipleNegativesRankingLoss(
        model, scale=settings.scale, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    with TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            folder,
            num_train_epochs=1,
            per_device_train_batch_size=settings.batch,
            learning_rate=settings.learning_rate,
            warmup_steps=settings.warmup,
            lr_scheduler_type="linear",
            adam_epsilon=1e-8,
            seed=settings.seed,
            data_seed=settings.seed,
            batch_sampler=InOrder,
            multi_dataset_batch_sampler="proportional",
            save_strategy="no",
            report_to="none",
            logging_steps=100,
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = SentenceTransformerTrainer(
            model, arguments, train_dataset=data, loss=MatryoshkaLoss(model, base, list(settings.matryoshka))
        )
        trainer.train()


def write_model(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32], record: Mapping[str, object]) -> None:
    """`folder` as SentenceTransformer reads it: tokenizer, int8 table with a float32 scale per row, settings."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / 127
    tensors = {"embeddings": np.rint(table / scales[:, None]).astype(np.int8), "weights": scales}
    save_file(tensors, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    kinds = ["sentence_transformer.modules.StaticEmbedding", "sentence_transformer.modules.Normalize"]
    modules = [
        {"idx": n, "name": str(n), "path": "" if n == 0 else "1_Normalize", "type": f"sentence_transformers.{kind}"}
        for n, kind in enumerate(kinds)
    ]
    (folder / "1_Normalize").mkdir(exist_ok=True)
    write_json(folder / "1_Normalize" / "config.json", {})
    write_json(folder / "modules.json", modules)
    write_json(folder / "training.json", record)


def write_json(path: Path, value: object) -> None:
    """Indented, UTF-8, with a final newline."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from the folder CORPUS and write the model into the folder OUT."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, help="go on with the model in this folder")
    parser.add_argument("--pack", type=Path, help="learn from its variants and sayings too")
    parser.add_argument("--leave-out", type=Path, help="not from those of the questions that these queries are about")
    for field in fields(Settings):
        if field.name != "matryoshka":
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    options = vars(parser.parse_args(arguments))
    corpus, out, start, pack, queries = (options.pop(n) for n in ("corpus", "out", "start", "pack", "leave_out"))
    width = options["dimensions"]
    settings = Settings(**options, matryoshka=(width, width // 2, width // 4))
    pairs = read_pairs(corpus)
    if pack:
        pairs |= pack_pairs(pack, refs_of(queries) if queries else ())
    before = json.loads((start / "training.json").read_text(encoding="utf-8")) if start else None
    record = {**asdict(settings), "mixture": {kind: MIXTURE[kind] for kind, listed in pairs.items() if listed}}
    write_model(out, *train(pairs, settings, start), {**record, **({"before": before} if before else {})})
    packed = sum(len(pairs[kind]) for kind in PACK_KINDS)
    (out / "README.md").write_text(model_card(corpus, record, before, packed), encoding="utf-8")


def refs_of(queries: Path) -> set[str]:
    """The questions that the look-up queries of a JSONL file are about."""
    rows = map(json.loads, filter(None, queries.read_text(encoding="utf-8").splitlines()))
    return {ref for row in rows for ref in (*row["relevant"], *row.get("about", ()))}


if __name__ == "__main__":
    main()
