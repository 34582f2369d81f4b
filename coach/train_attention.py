"""Train the network that reads the evidence, for `coach.fit_offline`; torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from coach.types import Verdict

VERDICTS = tuple(sorted(Verdict(name) for name in ("covered", "partial", "missing", "contradicted")))
FIRST, SECOND = 48, 32
"""Units of the hidden layers."""
EPOCHS, BATCH, RATE, DECAY, DROPOUT = 20, 512, 5e-3, 3e-3, 0.2
MEMBERS = 6

Rows = NDArray[np.float32]


class Network(nn.Module):
    """The same function as `coach.attention.chances`, trainable; one member."""

    def __init__(self, features: int) -> None:
        super().__init__()
        verdicts = len(VERDICTS)
        self.hidden = nn.Sequential(
            nn.Linear(features, FIRST), nn.ReLU(), nn.Dropout(DROPOUT),
            nn.Linear(FIRST, SECOND), nn.ReLU(), nn.Dropout(DROPOUT),
        )  # fmt: skip
        self.attend, self.judge = nn.Linear(SECOND, verdicts, bias=False), nn.Linear(SECOND, verdicts)
        self.join = nn.Linear(3 * verdicts, verdicts)
        shares = torch.cat([torch.eye(verdicts) * share for share in (0.5, 0.2, 0.2)], dim=1)
        self.join.weight.data.copy_(shares)

    def forward(self, table: Tensor, filled: Tensor) -> Tensor:
        """(bullets, facts, stretches, features) and whether they are filled, to (bullets, verdicts): logits."""
        hidden = self.hidden(table)
        attention = torch.softmax(self.attend(hidden).masked_fill(~filled[..., None], -1e9), dim=2)
        per_fact = (self.judge(hidden) * attention).sum(dim=2)
        there = filled[:, :, 0, None]
        mean = (per_fact * there).sum(dim=1) / there.sum(dim=1)
        greatest = per_fact.masked_fill(~there, -1e9).amax(dim=1)
        least = per_fact.masked_fill(~there, 1e9).amin(dim=1)
        joined: Tensor = self.join(torch.cat([mean, greatest, least], dim=-1))
        return joined


def fit_weights(bullets: Sequence[Rows], verdicts: Sequence[str], counts: Sequence[float]) -> Mapping[str, Rows]:
    """The weights of all members; a bullet is (facts, stretches, features) and counts as often as `counts` says."""
    filled_rows = np.concatenate([rows.reshape(-1, rows.shape[-1]) for rows in bullets])
    mean, scale = filled_rows.mean(axis=0), filled_rows.std(axis=0) + 1e-6
    table, filled = _padded([(rows - mean) / scale for rows in bullets])
    labels = torch.tensor([VERDICTS.index(Verdict(verdict)) for verdict in verdicts])
    members = [_train(table, filled, labels, torch.tensor(counts), seed) for seed in range(MEMBERS)]
    joined = {name: np.stack([_arrays(member)[name] for member in members]) for name in _arrays(members[0])}
    return {"mean": mean.astype(np.float32), "scale": scale.astype(np.float32), **joined}


def _train(table: Tensor, filled: Tensor, labels: Tensor, counts: Tensor, seed: int) -> Network:
    torch.manual_seed(seed)
    network = Network(table.shape[-1])
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    batches = math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * batches)
    for _ in range(EPOCHS):
        for at in torch.randperm(len(labels)).tensor_split(batches):
            losses = nn.functional.cross_entropy(network(table[at], filled[at]), labels[at], reduction="none")
            loss = (losses * counts[at]).sum() / counts[at].sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return network.eval()


def _padded(bullets: Sequence[Rows]) -> tuple[Tensor, Tensor]:
    facts, stretches = (max(rows.shape[axis] for rows in bullets) for axis in (0, 1))
    table = torch.zeros(len(bullets), facts, stretches, bullets[0].shape[-1])
    filled = torch.zeros(len(bullets), facts, stretches, dtype=torch.bool)
    for at, rows in enumerate(bullets):
        table[at, : rows.shape[0], : rows.shape[1]] = torch.from_numpy(rows.astype(np.float32))
        filled[at, : rows.shape[0], : rows.shape[1]] = True
    return table, filled


def _arrays(network: Network) -> dict[str, Rows]:
    first, second = (layer for layer in network.hidden if isinstance(layer, nn.Linear))
    layers = {"first": first, "second": second, "attend": network.attend, "judge": network.judge, "join": network.join}
    weights = {name: layer.weight.detach().numpy().T.copy() for name, layer in layers.items()}
    biased = {name: layer for name, layer in layers.items() if layer is not network.attend}
    return weights | {f"{name}_bias": layer.bias.detach().numpy().copy() for name, layer in biased.items()}
