"""The model card of the bundled embedder: sources with their licences, settings, figures. Used in training only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

FRONT = """---
language: [zh, en]
license: apache-2.0
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, static-embedding]
---

# A bilingual table of token vectors for AI interview questions

The vector of a text is the normalised mean of its tokens' vectors: no torch, no download, no word order, no negation.
Good for finding the question or bullet that a query is about, in Chinese and English; no judge of whether an answer is
right, and of little use outside machine learning and software. Made by

    python -m index.train CORPUS BASE --steps 1400
    python -m index.train CORPUS OUT --start BASE --pack PACK --steps 240 --batch 1024 --learning-rate 0.02
"""
_ROW = re.compile(r"^\| *([\w.-]+/[\w.-]+) *\| *([0-9a-f]{6,}) *\| *([^|]+?) *\|", re.MULTILINE)


def sources(corpus: Path) -> list[tuple[str, str, str]]:
    """(repository, commit, licence) of every source that the corpus's own README lists."""
    return [(m[1], m[2], m[3]) for m in _ROW.finditer((corpus / "README.md").read_text(encoding="utf-8"))]


def model_card(corpus: Path, settings: Mapping[str, object], before: Mapping[str, object] | None, packed: int) -> str:
    """Markdown; `before` are the settings of the run that this one went on from, `packed` its pairs from a pack."""
    listed = "\n".join(f"| {name} | {commit} | {licence} |" for name, commit, licence in sources(corpus))
    return f"""{FRONT}
## Settings

```json
{json.dumps(settings, ensure_ascii=False)}
```

MultipleNegativesRankingLoss in both directions inside MatryoshkaLoss, Adam, linear decay; one kind of pair per batch,
no text twice in a batch. Start: {_begun(before)}Stored as int8 with a float32 scale per token.
{packed} pairs come from the handbook's pack (other ways to ask its questions and to say its facts; in batches of their
own, so that every negative is another question or bullet of the handbook), so **figures on that handbook flatter the
model against figures on a handbook it has not seen**: see the two rows "without pack" in `docs/lookup.md`. No look-up
query and no graded answer was used, and what came too near to one of them had been taken out of the pack.

## Figures

`docs/lookup.md` (search with BM25 and this model, with and without pack, and the same with the pairs of the questions
asked about left out of the training); `index/ranking.json` has `figures_out_of_fold`.

## Sources

Public documentation; the pairs themselves are not part of the project.

| repository | commit | licence |
|---|---|---|
{listed}
"""


def _begun(before: Mapping[str, object] | None) -> str:
    if before is None:
        return "truncated SVD of the idf-weighted text-token matrix. "
    return f"""a table trained the same way from a truncated SVD of the idf-weighted
text-token matrix, without a pack, with these settings:

```json
{json.dumps(before, ensure_ascii=False)}
```

"""
