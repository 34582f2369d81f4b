"""Grading beside the prompt: a thread that the interview listens to, and never has to wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from coach.types import BulletGrade, Grade

Heard = tuple[int, BulletGrade]


class Job:
    """The grading of one answer. The thread is a daemon's: who leaves does not wait for a slow endpoint."""

    def __init__(self, work: Callable[[Callable[[int, BulletGrade], None]], Grade]) -> None:
        """`work` gets a listener for bullets that are done before the others."""
        self._work = work
        self._heard: queue.SimpleQueue[Heard | None] = queue.SimpleQueue()
        self._grade: Grade | None = None
        self._problem: BaseException | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._grade = self._work(lambda position, grade: self._heard.put((position, grade)))
        except BaseException as exc:  # whatever it is, it belongs to the one who asks for the result
            self._problem = exc
        finally:
            self._done.set()
            self._heard.put(None)

    def heard(self) -> Iterator[Heard]:
        """Bullets as they are graded, until all are; Ctrl-C in between raises."""
        while (one := self._heard.get()) is not None:
            yield one

    def done(self, within_s: float = 0.0) -> bool:
        """Whether the grade, or the failure, is there; waits at most `within_s`."""
        return self._done.wait(within_s)

    def result(self) -> Grade:
        """The grade, waited for; or what went wrong, raised."""
        self._done.wait()
        if self._problem is not None:
            raise self._problem
        assert self._grade is not None
        return self._grade
