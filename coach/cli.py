"""The command line: each command parses options, makes one call, renders one result.

Nothing heavy is imported here; `coach --help` loads typer and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach import streams
from coach.boundary import BELOW_BAR, OK, UNREACHABLE, USAGE, run, user_errors

if TYPE_CHECKING:
    from coach.config import Config
    from coach.grading import Graded

EPILOG = (
    "Exit codes: 0 done, 1 own error, 2 usage, settings or input, 3 model unreachable or refused, 4 time-out, "
    "5 eval below its bar, 130 interrupted."
)

app = typer.Typer(
    name="coach",
    epilog=EPILOG,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.")]
Offline = Annotated[bool, typer.Option("--offline", help="Open no network connection.")]
HandbookFile = Annotated[
    Path | None, typer.Option("--handbook", help="Markdown handbook in place of the bundled one.", show_default=False)
]
JudgeName = Annotated[str | None, typer.Option("--judge", help="auto, offline, llm or llm:MODEL.", show_default="auto")]
PerBullet = Annotated[
    bool, typer.Option("--per-bullet", help="Ask the model once for each bullet: slower, for models that mix them up.")
]
InCascade = Annotated[
    bool,
    typer.Option("--cascade", help="The offline judge where it is sure of every bullet, the model for the rest."),
]
Lang = Annotated[str | None, typer.Option("--lang", help="zh, en or auto (as the handbook).")]
Sitting = Annotated[str, typer.Argument(help="A sitting: its id, the beginning of one, or last.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask the model anew even for a request seen before.")]


def main() -> None:
    """Run the command line; the first line on stderr is the error, whatever went wrong."""
    run(app)


@app.callback(invoke_without_command=True)
def coach(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Practise AI interviews: mock interview, look-up, and a measure of how good the grader is."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"interview-coach {installed('interview-coach')}")
        raise typer.Exit(OK)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(USAGE)


@app.command()
def practice(
    refs: Annotated[
        list[str] | None,
        typer.Argument(help="Questions to ask, such as 2.4; none: the coach picks.", show_default=False),
    ] = None,
    direction: Annotated[
        list[str] | None, typer.Option("--direction", "-d", help="Only this direction: number or part of its title.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("-n", min=1, help="How many questions to pick.", show_default="3, or what fits")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=1, help="No new question after so many minutes.")
    ] = None,
    own: Annotated[str | None, typer.Option("--own", help="Text of a question of your own, to be found.")] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", help="study: feedback at once; real: at the end.", show_default="study")
    ] = None,
    answers: Annotated[
        str | None, typer.Option("--answers", help="Answers from a file (- is stdin), divided by lines of only ---.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last unfinished interview.")] = False,
    follow_ups: Annotated[
        bool | None, typer.Option("--follow-ups/--no-follow-ups", help="Follow up on the weakest points.")
    ] = None,
    lang: Lang = None,
    judge: JudgeName = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Make the choice of questions repeatable.")] = None,
    per_bullet: PerBullet = False,
    cascade: InCascade = False,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Mock interview: questions one at a time, each answer graded bullet by bullet.

    Examples: coach practice · coach practice 2.4 1.2 · coach practice -d RAG -n 5 · coach practice --mode real
    """
    with user_errors(debug):
        from coach import choosing, sitting

        config = _config(
            handbook=handbook,
            offline=offline,
            judge=judge,
            lang=lang,
            no_cache=no_cache,
            per_bullet=per_bullet,
            cascade=cascade,
        )
        sitting.hold(
            config,
            choosing.Wishes(
                refs=tuple(refs or ()),
                directions=tuple(direction or ()),
                count=count,
                resume=resume,
                follow_ups=follow_ups,
                seed=seed,
                minutes=minutes,
                own=own,
                mode=mode,
            ),
            answers=None if answers is None else read_text(answers),
            no_input=no_input,
            as_json=as_json,
            narrate=streams.narrate,
        )


@app.command()
def ask(
    query: Annotated[list[str] | None, typer.Argument(help="What to look up.", show_default=False)] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many questions to find.")] = 5,
    model: Annotated[
        str | None, typer.Option("--model", help="Model that words the answer.", show_default=False)
    ] = None,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Look a thing up in the handbook, with citations.

    Examples: coach ask "what is GRPO" · coach ask 显存不够怎么办 --json
    """
    with user_errors(debug):
        from coach import asking

        config = _config(handbook=handbook, offline=offline, model=model, no_cache=no_cache)
        words = " ".join(query or ()).strip()
        if not words and (no_input or not sys.stdin.isatty()):
            raise typer.BadParameter("nothing to look up; give a query, as in: coach ask 'what is GRPO'")
        asking.answer_all(config, words, k, as_json=as_json, narrate=streams.narrate)


@app.command()
def grade(
    ref: Annotated[str | None, typer.Argument(help="The question, such as 2.4.", show_default=False)] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="File with the answer; - is stdin.")] = None,
    own: Annotated[str | None, typer.Option("--own", help="Text of a question of your own, instead of REF.")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Grade the answers that still wait for it.")] = False,
    judge: JudgeName = None,
    per_bullet: PerBullet = False,
    cascade: InCascade = False,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Grade one answer to one question.

    Examples: coach grade 2.4 --answer answer.txt · pbpaste | coach grade 2.4 --answer - --json
    """
    with user_errors(debug):
        from coach import grading

        if (ref is not None) + (own is not None) + pending != 1:
            raise typer.BadParameter("name one thing to grade: a REF such as 2.4, --own 'question text', or --pending")
        config = _config(
            handbook=handbook, offline=offline, judge=judge, no_cache=no_cache, per_bullet=per_bullet, cascade=cascade
        )
        if pending:
            done = grading.grade_pending(config, narrate=streams.narrate)
        else:
            done = grading.grade_answer(
                config, ref, own, _answer_text(answer, no_input, config), narrate=streams.narrate
            )
        _show_graded(done, config, as_json=as_json)


@app.command()
def add(
    question: Annotated[list[str], typer.Argument(help="The question, in its own words.", show_default=False)],
    bullet: Annotated[
        list[str] | None, typer.Option("--bullet", help="A point of a good answer; may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model that drafts.", show_default="COACH_MODEL")] = None,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Add a question of your own: bullets as given, drafted by your model, or typed in your editor.

    It lands in notes.md in the data folder and is asked, searched and graded like the handbook's.
    Example: coach add "投机解码为什么不改变输出分布？"
    """
    with user_errors(debug):
        from coach import adding

        config = _config(handbook=handbook, offline=offline, model=model, no_cache=no_cache)
        may_ask = not (no_input or as_json)
        added = adding.add(config, " ".join(question), bullet or (), may_ask=may_ask, narrate=streams.narrate)
        if as_json:
            streams.emit(added.json())
        else:
            typer.echo(adding.told(added))


@app.command()
def plan(
    interview: Annotated[
        str | None, typer.Option("--date", help="Day of the interview, as in 2026-12-02; remembered.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes-a-day", min=1, help="Time to practise; remembered.", show_default="40"),
    ] = None,
    focus: Annotated[
        str | None,
        typer.Option("--focus", help="Directions to put first, divided by commas ('' = none); remembered."),
    ] = None,
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Plan the days until the interview: what to practise when, and what there is no time for.

    Examples: coach plan --date 2026-12-02 --minutes-a-day 40 --focus RAG,Agent · coach plan
    """
    with user_errors(debug):
        from coach import planning

        named = None if focus is None else tuple(name.strip() for name in focus.split(",") if name.strip())
        config = _config(handbook=handbook, offline=offline, lang=lang)
        planning.plan(config, planning.Changes(_day(interview), minutes, named), as_json=as_json)


@app.command()
def progress(
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show how practice has gone: coverage, dangerous bullets, confidence, memory; and what cannot be said yet.

    Examples: coach progress · coach progress --json
    """
    with user_errors(debug):
        from coach import planning

        planning.progress(_config(handbook=handbook, offline=offline, lang=lang), as_json=as_json)


@app.command()
def review(
    file: Annotated[
        Path | None, typer.Argument(help="With --to: the page's file; none: stdout.", show_default=False)
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", min=1, help="How long you have.")] = 30,
    to: Annotated[
        str | None, typer.Option("--to", help="Write one self-contained page instead: html or md.", show_default=False)
    ] = None,
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """The last half hour: hot topics, what you said wrong, the weakest; one key a line, as many as fit.

    Examples: coach review · coach review --minutes 10 · coach review --to html review.html
    """
    with user_errors(debug):
        from coach import reviewing

        if to not in {None, *reviewing.FORMS}:
            raise typer.BadParameter(f"--to {to!r} is none of {', '.join(reviewing.FORMS)}")
        if file is not None and to is None:
            raise typer.BadParameter(f"a file {str(file)!r} without its form; give --to html or --to md")
        config = _config(handbook=handbook, offline=offline, lang=lang)
        reviewing.hold(config, minutes, to, file, no_input=no_input, as_json=as_json)


@app.command()
def export(
    sitting: Sitting = "last",
    to: Annotated[str, typer.Option("--to", help="md, html, or anki (one card per missed bullet).")] = "md",
    out: Annotated[Path | None, typer.Option("--out", help="The file.", show_default="stdout")] = None,
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a sitting out: answers, verdicts and what to say; or its missed bullets as Anki cards.

    Examples: coach export last --to html --out last.html · coach export --to anki --out missed.txt
    """
    with user_errors(debug):
        from coach import exporting

        if to not in exporting.FORMS:
            raise typer.BadParameter(f"--to {to!r} is none of {', '.join(exporting.FORMS)}")
        exporting.export(_config(handbook=handbook, offline=offline, lang=lang), sitting, to, out, as_json=as_json)


@app.command()
def regrade(
    sitting: Sitting = "last",
    judge: JudgeName = None,
    lang: Lang = None,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Grade a sitting again with another judge and list the bullets that flip; the journal stays as it is.

    Examples: coach regrade last --judge llm:deepseek-chat · coach regrade --judge offline --json
    """
    with user_errors(debug):
        from coach import regrading

        config = _config(handbook=handbook, offline=offline, judge=judge, lang=lang, no_cache=no_cache)
        regrading.regrade(config, sitting, as_json=as_json, narrate=streams.narrate)


@app.command()
def demo(
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """See a stored answer graded: always offline, on the bundled handbook, and nothing is written.

    Examples: coach demo · coach demo --lang en
    """
    with user_errors(debug):
        from coach import demo as showing
        from coach.config import load_config

        showing.demo(load_config({**showing.OPTIONS, "lang": lang}), as_json=as_json)


@app.command("eval")
def evaluate(
    suites: Annotated[
        list[str] | None, typer.Argument(help="grading, faithfulness, robustness, retrieval.", show_default=False)
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Graded answers or queries, or mine: what you marked; default: the bundled ones."),
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option("--judge", help="auto, offline, llm or llm:MODEL; several are compared.", show_default="auto"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the run.", show_default="in the data folder")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="JSON lines (id, text) in place of the handbook, for retrieval.")
    ] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option("--fail-under", help="Exit 5 below a bar, as in grading.macro_f1=0.6.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option("--fail-over", help="Exit 5 above a bar, as in grading.false_credit=0.1.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="An earlier run's folder to compare with, cell by cell.")
    ] = None,
    max_drop: Annotated[
        list[str] | None, typer.Option("--max-drop", help="Exit 5 if so far below the baseline: grading.macro_f1=0.02.")
    ] = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Repetitions of each answer.")] = 1,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Calls at once.")] = 8,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first answers and queries.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="40 answers, evenly over kinds.")] = False,
    resume: Annotated[Path | None, typer.Option("--resume", help="Go on with the run in this folder.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="With --resume: ask again where it failed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a run that calls a model.")] = False,
    price: Annotated[
        list[str] | None,
        typer.Option("--price", help="Of a million tokens, sent and received: qwen-plus=0.4,1.2.", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Print every figure, by its name.")] = False,
    per_bullet: PerBullet = False,
    cascade: InCascade = False,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure the grader and the look-up; every figure with n and a 95 % interval.

    Examples: coach eval · coach eval --quick --judge offline --judge llm:deepseek-chat · coach eval --data mine
    """
    with user_errors(debug):
        judges = tuple(dict.fromkeys(judge or ()))
        named = judges[0] if judges else None
        config = _config(
            handbook=handbook, offline=offline, judge=named, no_cache=no_cache, per_bullet=per_bullet, cascade=cascade
        )
        from coach import evalplan, evaluation
        from evals.runner import Options

        plan = evalplan.Plan(
            suites=tuple(suites or ()),
            data=tuple(data or ()),
            out_dir=resume or out,
            corpus=corpus,
            baseline=baseline,
            options=Options(
                epochs=epochs,
                concurrency=concurrency,
                limit=limit,
                quick=quick,
                resume=resume is not None,
                retry_failed=retry_failed,
            ),
            judges=judges,
            prices=evalplan.parse_prices(price or ()),
            bars=evalplan.Bars(*(evalplan.parse_bars(texts or ()) for texts in (fail_under, fail_over, max_drop))),
        )
        asked = None if yes or no_input or as_json or not sys.stdin.isatty() else typer.confirm
        results = evaluation.evaluate(config, plan, narrate=streams.narrate, confirm=asked)
        if as_json:
            for row in results.json():
                streams.emit(row)
        else:
            evaluation.show(results, full=full)
        if broken := [line for report in results.reports.values() for line in evaluation.broken(report, plan.bars)]:
            for line in broken:
                streams.narrate(line)
            raise typer.Exit(BELOW_BAR)
        if all(report.all_failed for report in results.reports.values()):
            raise typer.Exit(UNREACHABLE)


@app.command()
def label(
    count: Annotated[int, typer.Option("-n", min=1, help="How many bullets in all.")] = 60,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Graded answers; default: the bundled ones.")
    ] = None,
    lang: Lang = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Label answers yourself, blind, so that `coach eval` can say how far its labels agree with a person's.

    Some twenty minutes; stop and go on as you like. Without a terminal it reads lines such as: c 2 3
    """
    with user_errors(debug):
        config = _config(handbook=handbook, offline=offline, lang=lang)
        from evals import labelling

        labelling.label(config, tuple(data or ()), count, no_input=no_input, as_json=as_json, narrate=streams.narrate)


@app.command("import")
def import_(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="mohler, saf, beetle, zh_ads or physics.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The collection's folder, or its main file.")],
    out: Annotated[Path, typer.Option("--out", help="File for the graded answers.", show_default=False)],
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Turn a public collection of graded answers into data for `coach eval`, beside its published figures.

    Example: coach import mohler mohler_v2/ --out mohler.jsonl, then coach eval grading --data mohler.jsonl
    """
    with user_errors(debug):
        from evals import importers

        rows = importers.import_answers(form, source)
        importers.write_answers(rows, out)
        if as_json:
            streams.emit({"schema": 1, "format": form, "out": str(out), "answers": len(rows)})
        else:
            typer.echo(f"{out}: {len(rows)} answers; now: coach eval grading --data {out}")


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build anew even if nothing changed.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed since the handbook was last used.")] = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Read the handbook and build its search index (other commands do so by themselves).

    A handbook named here without --json is remembered for all commands; --handbook bundled goes back.
    """
    with user_errors(debug):
        from coach import wire

        config = _config(handbook=handbook, offline=offline)
        book = wire.handbook(config)
        wire.retriever(config, book, rebuild=rebuild)
        changes = wire.follow_edits(config, book)
        notices = [*book.notices, *wire.pack_notices(config, book)]
        if handbook and not as_json:
            wire.remember_handbook(config)
        counts = {
            "directions": len(book.directions),
            "questions": len(book.questions),
            "bullets": sum(len(q.bullets) for q in book.questions),
            "hot_topics": len(book.hot_topics),
        }
        if as_json:
            shown = {"changes": changes} if diff else {}
            streams.emit({"schema": 1, "handbook": book.name, **counts, "notices": notices, **shown})
            return
        typer.echo(f"{book.name}: " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items()))
        for line in changes if diff else ():
            typer.echo(line)
        for notice in notices:
            streams.narrate(notice)


@app.command()
def enrich(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Make this question anew, such as 2.4; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before spending.")] = False,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Have every sentence read a second time.")] = True,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Calls at once.")] = 8,
    out: Annotated[
        Path | None, typer.Option("--out", help="The pack's file.", show_default="beside the handbook")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model that writes.", show_default="COACH_MODEL")] = None,
    no_cache: NoCache = False,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Have a model write the pack of your handbook: variants, facts, sample sentences, hints, model answers.

    What is finished is kept, whatever happens: run it again to go on. Example: coach enrich --handbook mine.md
    """
    with user_errors(debug):
        from coach import enrich as enriching

        config = _config(handbook=handbook, offline=offline, model=model, no_cache=no_cache)
        wishes = enriching.Wishes(tuple(only or ()), check, concurrency, out)
        asked = _confirmation(may_ask=not (no_input or as_json))
        made = enriching.enrich(config, wishes, narrate=streams.narrate, confirm=None if yes else asked)
        if as_json:
            streams.emit(made.json())
        if made.problem:
            raise made.problem
        if not as_json:
            typer.echo(enriching.report(made, streams.narrate))


@app.command()
def terms(
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the handbook's terms and what else they are called, for a dictation dictionary or a recogniser.

    One a line: the term, a tab, its aliases. Example: coach terms | cut -f1
    """
    with user_errors(debug):
        from coach import wire
        from coach.terms import terms_of

        config = _config(handbook=handbook, offline=offline)
        book = wire.handbook(config)
        for term in terms_of(book, wire.pack(config, book)):
            if as_json:
                streams.emit(term.json())
            else:
                typer.echo(f"{term.text}\t{', '.join(term.aliases)}".rstrip())


@app.command()
def doctor(
    online: Annotated[bool, typer.Option("--online", help="Ask the model's endpoint for one word.")] = False,
    judge: JudgeName = None,
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Check that everything practice needs is there: folder, journal, handbook, search, judge.

    Examples: coach doctor · coach doctor --online --json
    """
    with user_errors(debug):
        from coach import doctor as checking

        if online and offline:
            raise typer.BadParameter("--online and --offline exclude each other; drop one of them")
        code = checking.examine(
            lambda: _config(handbook=handbook, offline=offline, judge=judge), online=online, as_json=as_json
        )
        if code:
            raise typer.Exit(code)


@app.command("config")
def configuration(
    handbook: HandbookFile = None,
    offline: Offline = False,
    no_input: NoInput = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show every setting and where it comes from; of a key only the last four characters.

    Examples: coach config · coach config --json
    """
    with user_errors(debug):
        from coach import settings

        settings.show(_config(handbook=handbook, offline=offline), as_json=as_json)


def read_text(name: str) -> str:
    """The text of a file, or of stdin for `-`; ConfigError when it is absent or not UTF-8."""
    from coach.errors import ConfigError

    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as exc:
        raise ConfigError(f"{name}: {exc.strerror}; name a text file, or - for stdin") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{name}: not UTF-8 (byte {exc.start}); save it as UTF-8") from exc


def _confirmation(*, may_ask: bool) -> Callable[[str], bool]:
    """Shows an offer on the terminal and asks; where nobody can be asked, the offer becomes an error."""

    def ask(offer: str) -> bool:
        streams.narrate(offer)
        return typer.confirm("Start?", err=True)

    def refuse(offer: str) -> bool:
        raise typer.BadParameter(f"{offer}; add --yes to start without being asked")

    return ask if may_ask and sys.stdin.isatty() else refuse


def _answer_text(answer: str | None, no_input: bool, config: Config) -> str:
    if answer is not None:
        return read_text(answer)
    if no_input or not sys.stdin.isatty():
        raise typer.BadParameter("no answer to grade; give --answer FILE, or --answer - for stdin")
    from coach import wire
    from coach.box import typed_answer
    from coach.words import say

    streams.narrate(say("grade_how", wire.language(config, wire.handbook(config))))
    return typed_answer()


def _show_graded(done: list[Graded], config: Config, *, as_json: bool) -> None:
    """Print what was graded, then fail with the first error, if one left an answer waiting."""
    if as_json:
        for graded in done:
            streams.emit(graded.json())
    elif done:
        from coach import crew, grading, render, wire

        book = wire.handbook(config)
        material, language = wire.material(config, book), wire.language(config, book)
        for graded in done:
            measured = partial(crew.measured, config)
            render.open_console().print(grading.screen(graded, material, language, measured))
    for graded in done:
        if graded.problem is not None:
            raise graded.problem


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--date {text!r} is no day; write it as in 2026-12-02") from None


def _config(
    *, offline: bool, no_cache: bool = False, per_bullet: bool = False, cascade: bool = False, **options: object
) -> Config:
    from coach.config import calm_numpy, load_config

    calm_numpy()
    flags = {"offline": offline, "per_bullet": per_bullet, "cascade": cascade}
    named = {name: given or None for name, given in flags.items()}
    return load_config({**options, **named, "cache": False if no_cache else None})
