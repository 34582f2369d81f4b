"""The folder of one run: its fingerprint, its logs, its report. Owns every file in it.

fingerprint.json   what the run is
grades.jsonl       the log: one line per graded answer or edit, as it finishes
cells.jsonl        one line per answer and bullet, for scorers: appended as they finish, put in order at the end
rankings.jsonl     one line per query
report.json, report.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from coach.log import Log
from evals.errors import ResumeError
from evals.records import Record, from_json, lines, to_json, write_whole
from evals.retrieval import RankingRecord

CONTENTS = ("grades.jsonl", "cells.jsonl", "rankings.jsonl", "report.json", "report.html", "fingerprint.json")


class RunFolder:
    """An open run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._grades, self._cells = Log(path / "grades.jsonl"), Log(path / "cells.jsonl")
        self._rankings = Log(path / "rankings.jsonl")
        self._known = {record.key: record for record in map(from_json, self._grades.rows())}
        self._ranked = {row.id: row for row in map(RankingRecord.of, self._rankings.rows())}

    @classmethod
    def open(cls, path: Path, fingerprint: Mapping[str, object], *, resume: bool) -> RunFolder:
        """Start a run in the folder, or go on with the one it holds; ResumeError when that cannot be."""
        mark = path / "fingerprint.json"
        found = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else None
        if resume:
            _check_same(path, found, fingerprint)
        elif found is not None and not (path / "report.json").exists():
            raise ResumeError(f"{path} holds an unfinished run; go on with --resume {path}, or name another folder")
        else:
            path.mkdir(parents=True, exist_ok=True)
            for name in CONTENTS:
                (path / name).unlink(missing_ok=True)
            write_whole(mark, json.dumps(fingerprint, ensure_ascii=False, indent=1) + "\n")
        return cls(path)

    def records(self) -> Mapping[str, Record]:
        """What is finished, by task key; of an answer asked again the last."""
        return self._known

    def rankings(self) -> Mapping[str, RankingRecord]:
        """What was searched, by query id."""
        return self._ranked

    def add(self, record: Record) -> None:
        """Keep a finished record: on disk when this returns."""
        self._grades.append([to_json(record)])
        self._known[record.key] = record
        if _plain(record):
            self._cells.append(_cell_lines(record), sync=False)  # the log above holds them too

    def add_ranking(self, ranking: RankingRecord) -> None:
        """Keep a finished ranking."""
        self._rankings.append([ranking.json()], sync=False)  # searching again costs nothing
        self._ranked[ranking.id] = ranking

    def close(self) -> None:
        """Close the logs."""
        for log in (self._grades, self._cells, self._rankings):
            log.close()

    def finish(self, report: Mapping[str, object], page: str) -> None:
        """Write the report, as JSON last, since that marks a finished run.

        cells.jsonl is rewritten from the log: sorted, each cell of each epoch once.
        """
        plain = sorted((r for r in self._known.values() if _plain(r)), key=lambda r: (r.epoch, r.case))
        rows = [row for record in plain for row in _cell_lines(record)]
        write_whole(self.path / "cells.jsonl", lines(rows))
        write_whole(self.path / "report.html", page)
        write_whole(self.path / "report.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def _plain(record: Record) -> bool:
    return record.suite == "grading" and not record.variant


def _cell_lines(record: Record) -> list[dict[str, object]]:
    return [
        {
            "id": record.case,
            "bullet": cell.bullet,
            "verdict": str(cell.verdict),
            "evidence": list(cell.evidence),
            "certainty": cell.certainty,
            "epoch": record.epoch,
        }
        for cell in record.cells
    ]


def _check_same(path: Path, found: Mapping[str, object] | None, wanted: Mapping[str, object]) -> None:
    if found is None:
        raise ResumeError(f"{path} holds no run to resume; start one without --resume")
    plain = json.loads(json.dumps(wanted))
    names = [name for name in {**found, **plain} if found.get(name) != plain.get(name)]
    if names:
        faults = [f"{name}: was {found.get(name)!r}, now {plain.get(name)!r}" for name in names]
        raise ResumeError(
            f"{path} holds another run: {', '.join(names)} differ; start a new one in another folder", faults
        )
