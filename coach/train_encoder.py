"""Train the offline judge's encoder: `python -m coach.train_encoder PACK OUT`. For developers; needs torch.

Starts from the bundled embedder's token vectors and moves sentences that state a fact together, and away from those
that half-state it, contradict it, list its words or belong to another fact (neighbourhood components analysis over the
sentences of one question at a time). Graded answers are never seen. Seeded; about two minutes on two cores.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import normalize

from coach.exemplars import LISTED, sentences
from index.embedder import bundled_model
from index.pack import Pack, open_pack

DIMENSIONS, CHANNELS = 192, 192
"""Of the embedder's dimensions the first are kept: it is trained so that they stand alone (Matryoshka)."""
EPOCHS, RATE, SEED = 8, 1.5e-3, 0
SHARPNESS = 15.0
"""Cosines are multiplied by this."""
TOKEN_DROPOUT = 0.15
SURROUNDED = 0.3
"""Share of sentences that get foreign words before or behind them, as a window of an answer does."""

Sentences = list[list[int]]


class Network(nn.Module):
    """The same function as `coach.encoder.Encoder`, trainable."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.table = nn.Embedding.from_pretrained(table, freeze=False)  # type: ignore[no-untyped-call]  # torch leaves it so
        self.gain = nn.Embedding(len(table), 1)
        nn.init.zeros_(self.gain.weight)
        self.turn = nn.Linear(DIMENSIONS, DIMENSIONS, bias=False)
        nn.init.eye_(self.turn.weight)
        self.conv = nn.Conv1d(DIMENSIONS, CHANNELS, 3, padding=1)
        nn.init.normal_(self.conv.weight, std=0.03)
        self.mix = nn.Parameter(torch.tensor(1.0))

    def forward(self, batch: Sentences, dropout: float = 0.0) -> Tensor:
        """(sentences, dimensions + channels), unit rows."""
        ids, mask = _padded(batch)
        mask = mask * (torch.rand_like(mask) >= dropout)
        vectors = self.table(ids) * mask[:, :, None]
        sums = self.turn((vectors * torch.exp(self.gain(ids)) * mask[:, :, None]).sum(1))
        peaks = torch.relu(self.conv(vectors.transpose(1, 2))).transpose(1, 2) * mask[:, :, None]
        halves = [normalize(sums, dim=1), normalize(peaks.amax(1), dim=1) * self.mix]
        return torch.cat(halves, 1) / torch.sqrt(1 + self.mix**2)


def train(groups: Sequence[tuple[Sentences, np.ndarray[Any, Any], np.ndarray[Any, Any]]], table: Tensor) -> Network:
    """The network after `EPOCHS` over the questions; a group is a question's sentences, their facts and kinds."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    network = Network(table)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * len(groups), pct_start=0.1)
    for _ in range(EPOCHS):
        for at in rng.permutation(len(groups)):
            batch, facts, kinds = groups[at]
            loss = _loss(network, batch, _surrounded(batch, rng), torch.tensor(facts), torch.tensor(kinds))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return network.eval()


def _loss(network: Network, batch: Sentences, anchors: Sentences, facts: Tensor, kinds: Tensor) -> Tensor:
    """Each sentence should be nearest to its own fact and kind: among all sentences, and among its fact's alone."""
    similarity = network(anchors, TOKEN_DROPOUT) @ network(batch, TOKEN_DROPOUT).T * SHARPNESS
    itself = torch.eye(len(batch), dtype=torch.bool)
    similarity = similarity.masked_fill(itself, -1e9)
    related = facts[:, None] == facts[None]
    alike = related & (kinds[:, None] == kinds[None]) & ~itself
    near = torch.logsumexp(similarity.masked_fill(~alike, -1e9), 1)
    among_all = torch.logsumexp(similarity, 1) - near
    among_related = torch.logsumexp(similarity.masked_fill(~related, -1e9), 1) - near
    return (among_all + among_related)[alike.any(1) & (kinds != LISTED)].mean()


def _surrounded(batch: Sentences, rng: np.random.Generator) -> Sentences:
    anchors = []
    for ids in batch:
        foreign = batch[rng.integers(len(batch))][: rng.integers(3, 12)]
        before, behind = (foreign, []) if rng.random() < 0.5 else ([], foreign)
        anchors.append(before + ids + behind if rng.random() < SURROUNDED else ids)
    return anchors


def _padded(batch: Sentences) -> tuple[Tensor, Tensor]:
    longest = max(map(len, batch))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
    mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in batch])
    return ids, mask


def read_groups(pack: Pack, tokenizer: Any) -> list[tuple[Sentences, np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Each question's sentences as token ids, with the number of their fact and their kind."""

    class _Pieces:
        def pieces(self, text: str) -> list[str]:
            found: list[str] = tokenizer.encode(text, add_special_tokens=False).tokens
            return found

    groups = []
    for key in pack.keys:
        question = pack.question(key)
        facts = [fact for bullet in question.bullets for fact in bullet.facts] if question else []
        rows = [(n, kind, text) for n, fact in enumerate(facts) for kind, text in sentences(fact, _Pieces())]
        ids = [tokenizer.encode(text, add_special_tokens=False).ids[:80] or [0] for _, _, text in rows]
        groups.append((ids, np.array([n for n, _, _ in rows]), np.array([kind for _, kind, _ in rows])))
    return groups


def write(network: Network, source: Path, target: Path, record: dict[str, object]) -> None:
    """The weights as `coach.encoder` reads them: the table in int8 with a scale per row, the rest in half precision."""
    table = network.table.weight.detach().numpy()
    scale = np.abs(table).max(axis=1) / 127 + 1e-12
    half = {
        "scale": scale,
        "gain": torch.exp(network.gain.weight.detach())[:, 0].numpy(),
        "turn": network.turn.weight.detach().numpy(),
        "conv": network.conv.weight.detach().permute(2, 1, 0).reshape(3 * DIMENSIONS, CHANNELS).numpy(),
        "bias": network.conv.bias.detach().numpy() if network.conv.bias is not None else np.zeros(CHANNELS),
        "mix": network.mix.detach().reshape(1).numpy(),
    }
    target.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(value.astype(np.float16)) for name, value in half.items() if name != "scale"}
    tensors["scale"] = scale.astype(np.float32)
    tensors["table"] = np.rint(table / scale[:, None]).astype(np.int8)
    save_file(tensors, target / "model.safetensors")
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    (target / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _bundled_table(source: Path) -> np.ndarray[Any, Any]:
    """The first dimensions of the bundled embedder's token vectors, float32."""
    tensors = load_file(source / "model.safetensors")
    rows = tensors["embeddings"].astype(np.float32) * tensors["weights"].astype(np.float32)[:, None]
    return np.ascontiguousarray(rows[:, :DIMENSIONS])


def fit_encoder(pack: Pack, target: Path) -> None:
    """Train on the sentences of `pack` and write the folder that `coach.encoder` opens."""
    from tokenizers import Tokenizer

    source = bundled_model()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    groups = read_groups(pack, tokenizer)
    record: dict[str, object] = {
        "questions": len(groups),
        "sentences": sum(len(ids) for ids, _, _ in groups),
        "epochs": EPOCHS,
        "rate": RATE,
        "seed": SEED,
        "graded answers": 0,
    }
    write(train(groups, torch.tensor(_bundled_table(source))), source, target, record)


def main(arguments: Sequence[str]) -> None:
    """Train on the pack named first, write to the folder named second."""
    fit_encoder(open_pack(Path(arguments[0])), Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
