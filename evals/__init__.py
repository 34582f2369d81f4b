"""How far a grade can be trusted: the harness behind `coach eval`, and `evals.run` for a judge of your own.

import evals

def my_judge(question, bullets, answer):
    return ["covered" if bullet in answer else "missing" for bullet in bullets]

report = evals.run(my_judge)
report.metric("grading.false_credit").value
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.api import run as run

__all__ = ["run"]


def __getattr__(name: str) -> object:
    # numpy and the suites load when `run` is named: importing evals.errors must stay free.
    if name == "run":
        from evals.api import run

        return run
    raise AttributeError(f"module 'evals' has no attribute {name!r}")
