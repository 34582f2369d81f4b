"""Tests of `index.build` and `index.store`: an index is whole or absent, whoever builds and whenever it is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import snapshot, store
from index.build import open_index
from index.errors import StoreError
from index.types import Bullet, Direction, Handbook, Question
from tests.fakes import LetterEmbedder

RAG = Direction(1, "RAG")


def question(ref: str, text: str, *bullets: str) -> Question:
    points = tuple(Bullet(f"{ref}-{n}", b, b, n) for n, b in enumerate(bullets, 1))
    return Question(ref, f"key-{ref}", RAG, text, points, 1)


BOOK = Handbook(
    "book",
    "Book",
    {},
    (RAG,),
    (
        question("1.1", "什么是 GRPO？", "组内相对优势", "不需要 critic"),
        question("1.2", "How does paged attention work?", "blocks of the KV cache", "no fragmentation"),
        question("1.3", "How is a retriever evaluated?", "recall and MRR"),
        question("1.4", "什么是 MoE？", "router 选专家"),
    ),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("built")
    open_index(BOOK, LetterEmbedder(), home)
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of a finished index, to be damaged."""
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


def only_index(home: Path) -> Path:
    (folder,) = [f for f in (home / "index").iterdir() if not f.name.startswith(".")]
    return folder


def found(home: Path, query: str = "paged attention") -> list[tuple[str, float]]:
    return [(h.question.ref, h.score) for h in open_index(BOOK, LetterEmbedder(), home).search(query, 4).hits]


def test_second_opening_embeds_nothing_again(home: Path) -> None:
    embedder = LetterEmbedder()
    open_index(BOOK, embedder, home)
    assert embedder.embedded == []


def test_edit_embeds_only_the_changed_texts(home: Path) -> None:
    embedder = LetterEmbedder()
    changed = replace(BOOK.questions[3], text="MoE 是怎么路由的？")
    open_index(replace(BOOK, questions=(*BOOK.questions[:3], changed)), embedder, home)
    assert embedder.embedded == ["MoE 是怎么路由的？", "MoE 是怎么路由的？\nrouter 选专家"]


def test_rebuild_embeds_everything_again(home: Path) -> None:
    embedder = LetterEmbedder()
    open_index(BOOK, embedder, home, rebuild=True)
    assert len(embedder.embedded) == 4 + 4 + 6  # questions, entries, bullets
    assert found(home)[0][0] == "1.2"


def test_table_and_snapshot_give_the_same_scores(home: Path) -> None:
    from_snapshot = found(home)
    (only_index(home) / snapshot.SNAPSHOT).unlink()
    from_table = found(home)
    assert [ref for ref, _ in from_table] == [ref for ref, _ in from_snapshot]
    assert np.allclose([s for _, s in from_table], [s for _, s in from_snapshot], atol=1e-6)


def test_lost_snapshot_is_written_again(home: Path) -> None:
    before = (only_index(home) / snapshot.SNAPSHOT).read_bytes()
    (only_index(home) / snapshot.SNAPSHOT).unlink()
    found(home)
    assert (only_index(home) / snapshot.SNAPSHOT).read_bytes() == before


@pytest.mark.parametrize("name", [snapshot.SNAPSHOT, snapshot.RECORD])
@pytest.mark.parametrize("damage", [b"", b"{}", b"PK\x03\x04 cut off"])
def test_damaged_snapshot_does_not_count(home: Path, name: str, damage: bytes) -> None:
    wanted = found(home)
    (only_index(home) / name).write_bytes(damage)
    assert found(home) == wanted


def test_damaged_table_without_snapshot_is_built_anew(home: Path) -> None:
    wanted, folder = found(home), only_index(home)
    (folder / snapshot.SNAPSHOT).unlink()
    for file in (folder / "passages.lance").rglob("*"):
        if file.is_file():
            file.write_bytes(b"broken")
    assert found(home) == wanted


def test_valid_snapshot_needs_no_lancedb(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.test_index_build import BOOK, open_index; "
        "from tests.fakes import LetterEmbedder; "
        f"r = open_index(BOOK, LetterEmbedder(), Path({str(home)!r})); print(r.search('GRPO').hits[0].question.ref, "
        "sorted({'lancedb', 'pyarrow', 'torch', 'rank_bm25'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1.1 []\n"


def test_record_names_the_digest_of_the_snapshot(home: Path) -> None:
    record = json.loads((only_index(home) / snapshot.RECORD).read_text(encoding="utf-8"))
    assert record["format"] == store.FORMAT
    assert len(record["digest"]) == 64


def test_home_that_is_a_file_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError, match="COACH_HOME"):
        open_index(BOOK, LetterEmbedder(), tmp_path / "home")


def test_old_half_built_folders_are_removed(home: Path) -> None:
    stale, fresh = home / "index" / ".building-old", home / "index" / ".building-new"
    stale.mkdir()
    fresh.mkdir()
    os.utime(stale, (1, 1))
    open_index(BOOK, LetterEmbedder(), home, rebuild=True)
    assert not stale.exists()
    assert fresh.exists()  # another process may be at work in it


BUILDER = (
    "from pathlib import Path; from tests.test_index_build import BOOK, open_index; "
    "from tests.fakes import LetterEmbedder; "
    "r = open_index(BOOK, LetterEmbedder(), Path({home!r}), rebuild=True); print(r.search('GRPO').hits[0].question.ref)"
)


@pytest.mark.slow
def test_two_processes_at_once_leave_one_whole_index(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUILDER.format(home=str(tmp_path))]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [p.communicate(timeout=120)[0] for p in running] == ["1.1\n"] * 3
    assert [p.returncode for p in running] == [0, 0, 0]
    assert found(tmp_path, "GRPO")[0][0] == "1.1"
    assert [f.name for f in (tmp_path / "index").iterdir()] == [only_index(tmp_path).name]


def test_reader_waits_for_a_process_that_is_replacing_the_index(home: Path) -> None:
    folder = only_index(home)
    own = folder.rename(folder.with_name(".building-own"))
    other = threading.Timer(0.2, own.rename, [folder])
    other.start()
    assert store.read_index(folder, len(BOOK.questions)) is None
    assert store.read_settled(folder, len(BOOK.questions)) is not None
    other.join()


def test_vectors_of_an_index_that_is_removed_meanwhile_are_made_again(home: Path) -> None:
    known = store.known_vectors(home / "index", LetterEmbedder().name)
    text = BOOK.questions[0].text
    assert list(known([text])) == [text]
    shutil.rmtree(only_index(home))
    assert known([text]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.2, 0.6, 1.0, 1.4, 1.8, 2.2])
def test_killed_build_leaves_no_broken_index(tmp_path: Path, after_s: float) -> None:
    process = subprocess.Popen([sys.executable, "-c", BUILDER.format(home=str(tmp_path))], stdout=subprocess.DEVNULL)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    embedder = LetterEmbedder()
    assert open_index(BOOK, embedder, tmp_path).search("GRPO").hits[0].question.ref == "1.1"
    assert (only_index(tmp_path) / snapshot.SNAPSHOT).is_file()


@pytest.mark.slow
def test_disk_that_fills_up_in_a_build_is_an_error_of_ours_and_leaves_nothing(tmp_path: Path) -> None:
    command = ["bash", "-c", 'ulimit -f 2; exec "$0" -c "$1"', sys.executable, BUILDER.format(home=str(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "StoreError: cannot write the index" in done.stderr
    assert list((tmp_path / "index").iterdir()) == []
