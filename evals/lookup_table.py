"""The table of docs/lookup.md: every way to search, measured on the same queries. `python -m evals.lookup_table -h`.

Needs the development dependencies (it fits weights); the program itself does not import it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.cases import QueryCase
from evals.load import bundled_paths, load_corpus, load_data
from evals.lookup_scale import SIZES, scale_lines
from evals.retrieval import OutOfFold, RankingRecord, rank, retrieval_metrics
from evals.table import Metric
from index.embedder import bundled_model, open_embedder
from index.fuse import Evidence, Scores, features, ranks
from index.handbook import bundled_handbook, load_handbook
from index.pack import bundled_pack, open_pack
from index.passages import Kind
from index.retriever import Retriever
from index.types import Search

Score = Callable[[Evidence], Scores]

RRF_K = 60  # the constant of Cormack, Clarke & Büttcher, SIGIR 2009
SHOWN = ("recall@1", "recall@5", "recall@1 english", "recall@1 paraphrase", "recall@1 hard", "recall@1 terse")
DEEP = 10  # as deep as mrr@10 looks


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    name: str
    figures: Mapping[str, Metric]


def grain(*kinds: Kind) -> Score:
    """The best cosine among passages of these kinds."""
    return lambda evidence: evidence.cosines[list(kinds)].max(axis=0)


def mean_of_grains(evidence: Evidence) -> Scores:
    """Mean of the cosines to question, entry and best bullet, each in its best wording."""
    table = features(evidence)
    return np.asarray((table[5] + table[1] + table[6]) / 3, np.float64)


def bm25(evidence: Evidence) -> Scores:
    """Of the entries, or of a variant or saying of the pack that matches better for its length."""
    return np.asarray(features(evidence)[-3:].max(axis=0), np.float64)


def reciprocal(evidence: Evidence) -> Scores:
    """Reciprocal rank fusion of BM25 and the mean of grains."""
    return np.asarray(sum(1 / (RRF_K + ranks(by(evidence))) for by in (bm25, mean_of_grains)), np.float64)


def weighted(evidence: Evidence, dense: float = 0.8) -> Scores:
    """Min-max of both, with a fixed weight."""
    parts = [by(evidence) for by in (mean_of_grains, bm25)]
    level = [(part - part.min()) / (np.ptp(part) or 1.0) for part in parts]
    return np.asarray(dense * level[0] + (1 - dense) * level[1], np.float64)


ABLATIONS: Mapping[str, Score] = {
    "BM25 (Han uni- and bigrams, English words)": bm25,
    "dense: questions": grain(Kind.QUESTION, Kind.VARIANT),
    "dense: whole entries": grain(Kind.ENTRY),
    "dense: best bullet": grain(Kind.BULLET, Kind.SAYING),
    "dense: mean of the three": mean_of_grains,
    "hybrid: RRF, k = 60": reciprocal,
    "hybrid: 0.8 dense + 0.2 BM25, min-max": weighted,
}


def ranked_by(score: Score, retriever: Retriever, cases: Sequence[QueryCase]) -> dict[str, Metric]:
    """Figures when `score` alone orders the questions; nothing is refused."""
    records = {}
    for case in cases:
        order = np.argsort(-score(retriever.evidence(case.query)), kind="stable")[:DEEP].tolist()
        refs = tuple(retriever.questions[n].ref for n in order)
        records[case.id] = RankingRecord(case.id, refs, abstained=False)
    return retrieval_metrics(cases, records)


def searched(search: Search, cases: Sequence[QueryCase]) -> dict[str, Metric]:
    """Figures of a search as users meet it."""
    return retrieval_metrics(cases, {case.id: rank(case, search) for case in cases})


def handbook_rows(
    cases: Sequence[QueryCase], unseen: Path | None
) -> Iterator[tuple[str, list[Row], dict[str, Metric]]]:
    """Title, rows and the figures of the whole search, without and with the pack."""
    book, pack = load_handbook(bundled_handbook()), open_pack(bundled_pack())
    for title, added in (("Without pack", None), ("With pack", pack)):
        retriever = Retriever.from_handbook(book, open_embedder(), added)
        rows = [Row(name, ranked_by(score, retriever, cases)) for name, score in ABLATIONS.items()]
        whole = searched(OutOfFold(retriever), cases)
        rows.append(Row("**hybrid: fitted weights (shipped)**", whole))
        if unseen:
            stranger = Retriever.from_handbook(book, open_embedder(str(unseen)), added)
            name = "the same, embedder trained without these questions' pack"
            rows.append(Row(name, searched(OutOfFold(stranger), cases)))
        yield title, rows, whole


def english_rows(cases: Sequence[QueryCase], others: Sequence[Path]) -> list[Row]:
    """The English queries without a pack: the bundled embedder and others, alone and with BM25."""
    book, english = load_handbook(bundled_handbook()), [case for case in cases if case.type == "english"]
    rows = []
    for folder in (bundled_model(), *others):
        retriever = Retriever.from_handbook(book, open_embedder(str(folder)))
        name = "bundled" if folder == bundled_model() else folder.name
        rows.append(Row(f"{name}, dense", ranked_by(mean_of_grains, retriever, english)))
        rows.append(Row(f"{name}, 0.8 dense + 0.2 BM25", ranked_by(weighted, retriever, english)))
    return rows


def xquad_rows(folder: Path) -> list[Row]:
    """Chinese questions to Chinese paragraphs of an encyclopaedia: outside the embedder's field."""
    retriever = Retriever.from_texts(load_corpus(folder / "corpus.jsonl"), open_embedder())
    cases = load_data([folder / "queries.jsonl"]).queries
    scores: Mapping[str, Score] = {"BM25": bm25, "dense": grain(Kind.ENTRY, Kind.BULLET)}
    rows = [Row(name, ranked_by(score, retriever, cases)) for name, score in scores.items()]
    return [*rows, Row("**hybrid (shipped)**", searched(retriever, cases))]


def written(metric: Metric | None) -> str:
    """`0.92 [0.88, 0.96]`; a dash where there is no data."""
    if metric is None or metric.n == 0:
        return "–"
    return f"{metric.value:.2f} [{metric.low:.2f}, {metric.high:.2f}]"


def lines_of(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[str]:
    """A Markdown table of `names` (figure -> heading)."""
    yield "| | " + " | ".join(names.values()) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for row in rows:
        yield f"| {row.name} | " + " | ".join(written(row.figures.get(name)) for name in names) + " |"


def headings(figures: Mapping[str, Metric], names: Sequence[str]) -> dict[str, str]:
    """Figure -> heading with its n."""
    said = {"recall@1": "first", "recall@5": "among five", "paraphrase": "Chinese first", "hard": "indirect first"}
    made = {}
    for name in names:
        figure, _, part = name.partition(" ")
        label = said.get(part, f"{part} first") if part else said[figure]
        made[name] = f"{label}, n = {figures[name].n}"
    return made


REFUSALS = {
    "abstention without near misses": "far and near against answerable, balanced accuracy",
    "abstention": "the same with near misses among the unanswerable",
    "abstained far": "another field: refused",
    "abstained near": "AI, but not in the handbook: refused",
    "near_miss_detail": "topic there, detail not: told so (or refused)",
    "answered": "answerable: not refused",
}


def page(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the page."""
    cases = load_data(bundled_paths()).queries
    yield HEAD
    for title, rows, whole in handbook_rows(cases, options.unseen):
        yield f"## {title}\n"
        yield from lines_of(rows, headings(whole, SHOWN))
        yield "\n| not in the handbook (shipped, out of fold) | |\n|---|---|"
        yield from (f"| {said}, n = {whole[name].n} | {written(whole[name])} |" for name, said in REFUSALS.items())
        yield ""
    if options.other:
        rows = english_rows(cases, options.other)
        yield "## English queries without pack, by embedder\n"
        yield from lines_of(rows, headings(rows[0].figures, SHOWN[:2]))
        yield ""
    if options.xquad:
        rows = xquad_rows(options.xquad)
        yield "## XQuAD, Chinese to Chinese: outside the embedder's field\n"
        yield from lines_of(rows, headings(rows[0].figures, SHOWN[:2]))
        yield ""
    if options.sizes:
        yield from scale_lines(options.sizes)


HEAD = """# Look-up, measured

Made by `python -m evals.lookup_table`; do not edit. Every figure with its 95 % interval (bootstrap that resamples the
questions asked about). The queries (`evals/data/queries.jsonl`, `nearmiss.jsonl`) were written by a language model.

The bundled embedder learnt from the pack's other ways to ask this handbook's questions, never from these queries; so on
this handbook even the tables "without pack" profit from the pack. What to expect of a handbook that it has not seen is
the row "trained without these questions' pack": the same training without the pairs of every question asked about here.

The weights of the fusion are fitted on these queries by five folds of questions, and each query is searched under the
weights of the fold without it. The embedder counts less in a corpus whose words it does not know (XQuAD below).
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the page (or write it to --out)."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--unseen", type=Path, help="model trained with --leave-out of these queries")
    parser.add_argument("--other", type=Path, action="append", default=[], help="folder of another embedder; repeats")
    parser.add_argument("--xquad", type=Path, help="folder with corpus.jsonl (id, text) and queries.jsonl")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of questions for the speed table")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    if options.out:
        options.out.write_text("\n".join(page(options)) + "\n", encoding="utf-8")
        return
    for line in page(options):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
