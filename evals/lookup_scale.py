"""How search grows with the handbook: time and memory over made-up handbooks of any size, each in its own process."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from index.build import open_index
from index.embedder import open_embedder
from index.handbook import bundled_handbook, load_handbook
from index.retriever import Retriever
from index.types import Bullet, Direction, Handbook, Question

SIZES = (83, 1_000, 10_000, 100_000)
QUERIES = 60
BULLETS = 4
PART = Direction(1, "made up")

# Questions are drawn from the bundled handbook's own words, so that the embedder knows them and terms repeat.
_WORD = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2,4}")

HEAD = f"""## Time and memory

Made-up handbooks of {BULLETS} bullets a question, no pack; {QUERIES} queries of six words each. From 20,000 questions
on, LanceDB's vector and full-text indexes name some 120 questions, and those are scored as ever. Peak memory is that
of one process that holds the handbook, builds the index, opens it again and searches. Measured on two cores that
had nothing else to do; where they have, CPU seconds tell more than the clock.

| questions | index from nothing, s (CPU s) | open again, s | search p50 / p95, ms | right first | peak memory, MB |
|---|---|---|---|---|---|"""


def made_up(count: int, rng: random.Random) -> Handbook:
    """A handbook of `count` questions."""
    own = load_handbook(bundled_handbook())
    texts = [t for q in own.questions for t in (q.text, *(b.plain for b in q.bullets))]
    words = sorted({word for text in texts for word in _WORD.findall(text)})
    questions = tuple(_question(number, words, rng) for number in range(1, count + 1))
    return Handbook("made-up", "Made up", {}, (PART,), questions)


def _question(number: int, words: Sequence[str], rng: random.Random) -> Question:
    said = [" ".join(rng.choice(words) for _ in range(8)) for _ in range(BULLETS)]
    bullets = tuple(Bullet(f"{number}.{n}", text, text, number) for n, text in enumerate(said))
    asked = " ".join(rng.choice(words) for _ in range(5))
    return Question(f"1.{number}", str(number), PART, asked, bullets, number)


def search_times(retriever: Retriever, rng: random.Random) -> tuple[list[float], float]:
    """Seconds of each query, in order of size, and the share that found its question first."""
    took, right = [], 0
    for _ in range(QUERIES):
        wanted = rng.choice(retriever.questions)
        query = " ".join([*wanted.text.split()[:3], *wanted.bullets[1].plain.split()[:3]])
        started = time.perf_counter()
        hits = retriever.search(query).hits
        took.append(time.perf_counter() - started)
        right += hits[0].question.ref == wanted.ref
    return sorted(took), right / QUERIES


def measure(count: int, home: Path) -> dict[str, float]:
    """Seconds, milliseconds and megabytes for a handbook of `count` questions, its index under `home`."""
    import lancedb  # noqa: F401  # its import is not part of what is measured

    rng = random.Random(count)
    book, embedder = made_up(count, rng), open_embedder()
    started, spent = time.perf_counter(), time.process_time()
    open_index(book, embedder, home)
    built, spent = time.perf_counter(), time.process_time() - spent
    retriever = open_index(book, embedder, home)
    opened = time.perf_counter()
    took, right = search_times(retriever, rng)
    return {
        "build_s": built - started,
        "build_cpu_s": spent,
        "open_s": opened - built,
        "search_ms": 1_000 * median(took),
        "slow_search_ms": 1_000 * took[int(0.95 * QUERIES)],
        "first": right,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    }


def scale_lines(sizes: Sequence[int]) -> Iterator[str]:
    """A Markdown table, one size a line, each measured in a process of its own."""
    yield HEAD
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "evals.lookup_scale", str(size), home]
            found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        cells = (
            f"{size:,}",
            f"{found['build_s']:.1f} ({found['build_cpu_s']:.1f})",
            f"{found['open_s']:.2f}",
            f"{found['search_ms']:.1f} / {found['slow_search_ms']:.1f}",
            f"{found['first']:.2f}",
            f"{found['peak_mb']:,.0f}",
        )
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]))) + "\n")
