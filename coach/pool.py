"""Work done side by side, with a bound, and given back as it finishes. Knows nothing of judges or files."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class _Crash(Generic[Out]):
    def __init__(self, cause: BaseException) -> None:
        self.cause = cause


def finished(work: Callable[[In], Out], tasks: Sequence[In], *, concurrency: int) -> Iterator[Out]:
    """Results of `work` in the order in which they finish, at most `concurrency` at a time.

    What `work` raises is raised here and ends the run. Closing the iterator, as Ctrl-C does, starts no further task;
    those under way are abandoned: threads are daemons, so a request that hangs cannot keep the program alive.
    """
    waiting: queue.SimpleQueue[In] = queue.SimpleQueue()
    done: queue.SimpleQueue[Out | _Crash[Out]] = queue.SimpleQueue()
    stopped = threading.Event()
    for task in tasks:
        waiting.put(task)
    for _ in range(min(concurrency, len(tasks))):
        threading.Thread(target=_labour, args=(work, waiting, done, stopped), daemon=True).start()
    try:
        for _ in tasks:
            result = done.get()
            if isinstance(result, _Crash):
                raise result.cause
            yield result
    finally:
        stopped.set()


def _labour(
    work: Callable[[In], Out],
    waiting: queue.SimpleQueue[In],
    done: queue.SimpleQueue[Out | _Crash[Out]],
    stopped: threading.Event,
) -> None:
    while not stopped.is_set():
        try:
            task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put(work(task))
        except BaseException as exc:  # it crosses a thread; the consumer raises it again
            done.put(_Crash(exc))
            return
