"""The edge of the program: each error becomes one line on stderr and an exit code. Knows no command."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

import typer

from coach import streams

OK, OWN_ERROR, USAGE, UNREACHABLE, TIMED_OUT, BELOW_BAR, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
LISTED_FAULTS = 20


# typer carries its own copy of click since 0.29; these are the classes it really raises, in any version.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]
ClickException: type[Exception] = UsageError.__bases__[0]


def run(app: typer.Typer) -> NoReturn:
    """Run the command line; the first line on stderr is the error, whatever went wrong."""
    try:
        streams.open_up()
        streams.check(sys.argv[1:])
        code = app(prog_name="coach", standalone_mode=False)
    except ClickException as exc:
        streams.narrate(f"error: {_told(exc)}")
        code = getattr(exc, "exit_code", USAGE)
    except (typer.Abort, KeyboardInterrupt):
        streams.narrate("interrupted")
        code = INTERRUPTED
    except Exception as exc:
        if "--debug" in sys.argv:
            raise
        streams.narrate(f"error: {_unforeseen(exc)}")
        code, sys.stdout = OWN_ERROR, None  # what could not be written would be tried again at the end
    sys.exit(code if isinstance(code, int) else OK)


def _told(exc: Exception) -> str:
    """A wrong use of the command line in one line, and where to look."""
    message = exc.format_message().removeprefix("Invalid value: ").rstrip(".")  # type: ignore[attr-defined]
    context = getattr(exc, "ctx", None)
    where = context.command_path if context else "coach"
    return f"{message}; see '{where} --help'" if isinstance(exc, UsageError) else message


def _unforeseen(exc: Exception) -> str:
    """A fault of the machine, or of the coach itself."""
    if isinstance(exc, OSError):
        place = f"{exc.filename}: " if exc.filename else ""
        return f"{place}{exc.strerror or exc}; mend that and run the command again"
    return f"the coach itself failed ({type(exc).__name__}: {exc}); run it again with --debug and report what it shows"


@contextmanager
def user_errors(debug: bool) -> Iterator[None]:
    """Turn the program's own errors into one line on stderr and an exit code."""
    try:
        yield
    except BrokenPipeError:
        # The reader of a pipe has seen enough; Python would complain again while closing stdout.
        sys.stdout = None
        raise typer.Exit(OK) from None
    except KeyboardInterrupt as exc:
        # The terminal has shown ^C, and perhaps half a line of progress before it.
        streams.narrate(("\n" if sys.stderr.isatty() else "") + (str(exc) or "interrupted"))
        raise
    except Exception as exc:
        code = exit_code(exc)
        if debug or code is None:
            raise
        streams.narrate(f"error: {exc}")
        faults = getattr(exc, "faults", ())
        for fault in faults[:LISTED_FAULTS]:
            streams.narrate(f"  {fault}")
        raise typer.Exit(code) from None


def exit_code(exc: BaseException) -> int | None:
    """The exit code of one of the program's own errors; None for any other exception."""
    from coach.errors import ChatError, ChatTimeout, CoachError, ConfigError
    from evals.errors import DataError, EvalError, OptionError, ResumeError
    from index.errors import EmbedderError, HandbookError, IndexingError, PackError
    from prompts.library import PromptError

    codes: Mapping[type[BaseException], int] = {  # the first that fits counts, so the special stand before the general
        ConfigError: USAGE,
        ChatTimeout: TIMED_OUT,
        ChatError: UNREACHABLE,
        CoachError: OWN_ERROR,
        HandbookError: USAGE,
        PackError: USAGE,
        EmbedderError: USAGE,
        IndexingError: OWN_ERROR,
        DataError: USAGE,
        OptionError: USAGE,
        ResumeError: USAGE,
        EvalError: OWN_ERROR,
        PromptError: OWN_ERROR,
    }
    return next((code for kind, code in codes.items() if isinstance(exc, kind)), None)
