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

SIZES = (83, 1_000, 10_000, 100_000)
QUERIES = 60
BULLETS = 4

# Questions are drawn from the bundled handbook's own words, so that the embedder knows them and terms repeat.
_WORD = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2,4}")


def measure(count: int, home: Path) -> dict[str, float]:
    """Seconds, milliseconds and megabytes for a handbook of `count` questions, its index under `home`."""
    import lancedb  # noqa: F401  # its import is not part of what is measured

    from index.build import open_index
    from index.embedder import open_embedder
    from index.handbook import bundled_handbook, load_handbook
    from index.types import Bullet, Direction, Handbook, Question

    rng = random.Random(count)
    own = load_handbook(bundled_handbook())
    texts = [t for q in own.questions for t in (q.text, *(b.plain for b in q.bullets))]
    words = sorted({word for text in texts for word in _WORD.findall(text)})
    part = Direction(1, "made up")

    def question(number: int) -> Question:
        said = [" ".join(rng.choice(words) for _ in range(8)) for _ in range(BULLETS)]
        bullets = tuple(Bullet(f"{number}.{n}", text, text, number) for n, text in enumerate(said))
        asked = " ".join(rng.choice(words) for _ in range(5))
        return Question(f"1.{number}", str(number), part, asked, bullets, number)

    book = Handbook("made-up", "Made up", {}, (part,), tuple(question(n) for n in range(1, count + 1)))
    started = time.perf_counter()
    open_index(book, open_embedder(), home)
    built = time.perf_counter()
    retriever = open_index(book, open_embedder(), home)
    opened = time.perf_counter()
    took, right = [], 0
    for _ in range(QUERIES):
        wanted = rng.choice(book.questions)
        query = " ".join([*wanted.text.split()[:3], *wanted.bullets[1].plain.split()[:3]])
        before = time.perf_counter()
        hits = retriever.search(query).hits
        took.append(time.perf_counter() - before)
        right += hits[0].question.ref == wanted.ref
    return {
        "questions": count,
        "build_s": built - started,
        "open_s": opened - built,
        "search_ms": 1_000 * median(took),
        "slow_search_ms": 1_000 * sorted(took)[int(0.95 * QUERIES)],
        "first": right / QUERIES,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    }


def scale_lines(sizes: Sequence[int]) -> Iterator[str]:
    """A Markdown table, one size a line, each measured in a process of its own."""
    yield "## Time and memory\n"
    yield f"Made-up handbooks of {BULLETS} bullets a question, no pack; {QUERIES} queries of six words each. From 20,000"
    yield "questions on, LanceDB's vector and full-text indexes name some 200 questions, and those are scored as ever."
    yield "Peak memory is that of one process that holds the handbook, builds the index, opens it again and searches.\n"
    yield "| questions | index from nothing, s | open again, s | search p50 / p95, ms | right first | peak memory, MB |"
    yield "|---|---|---|---|---|---|"
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "evals.lookup_scale", str(size), home]
            found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        yield (
            f"| {size:,} | {found['build_s']:.1f} | {found['open_s']:.2f} | "
            f"{found['search_ms']:.1f} / {found['slow_search_ms']:.1f} | {found['first']:.2f} | {found['peak_mb']:,.0f} |"
        )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]))) + "\n")
