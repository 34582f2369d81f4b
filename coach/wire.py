"""The composition root: settings -> handbook, search, judge, journal. The heavy imports live inside these functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coach.config import Config, JudgeChoice, choose_judge
from coach.errors import CoachError, ConfigError
from coach.language import Language, language_of
from coach.words import say

if TYPE_CHECKING:
    from coach.cache import ReplyCache
    from coach.ending import Ending
    from coach.grader import OnBullet
    from coach.journal import Journal
    from coach.llm import OpenAIChat
    from coach.material import Material
    from coach.types import BulletGrade, Grade, Judge, Narrate, Rubric
    from evals.cases import Data
    from index.pack import Pack
    from index.retriever import Retriever
    from index.types import Handbook, Hit, Question, Search

CONTEXT_HITS = 3  # neighbours shown to a model beside the rubric; more of them only cost tokens


def handbook(config: Config) -> Handbook:
    """The handbook of the settings, or the bundled one, with the person's own questions behind."""
    from coach import notes
    from index.handbook import load_handbook

    return notes.overlaid(load_handbook(handbook_path(config)), config.home / notes.FILE_NAME)


def handbook_path(config: Config) -> Path:
    """The file the handbook is read from."""
    from index.handbook import bundled_handbook

    return config.handbook or bundled_handbook()


def find_question(book: Handbook, ref: str) -> Question:
    """The question that a person named; ConfigError with what there is instead."""
    from index.handbook import find_question, nearest_refs

    question = find_question(book, ref)
    if question is None:
        raise ConfigError(f"unknown question {ref!r}; {nearest_refs(book, ref)}")
    return question


def pack(config: Config, book: Handbook) -> Pack | None:
    """What is prepared for the handbook: `<handbook>.pack.jsonl` beside it, else what of the bundled pack fits it."""
    from index.pack import attach, bundled_pack, load_pack, open_pack

    own = config.handbook.with_suffix(".pack.jsonl") if config.handbook else None
    fitting, _ = attach(load_pack(own) if own and own.is_file() else open_pack(bundled_pack()), book)
    return fitting if fitting.keys else None


def pack_notices(config: Config, book: Handbook) -> list[str]:
    """What a pack holds for words that the handbook has no more, and what was carried over to new ones.

    That most of the bundled pack has no place in a handbook of another's is no news.
    """
    from index.pack import attach, bundled_pack, load_pack, open_pack

    own = config.handbook.with_suffix(".pack.jsonl") if config.handbook else None
    whole = load_pack(own) if own and own.is_file() else open_pack(bundled_pack())
    fitting, notices = attach(whole, book)
    is_its_own = bool(own and own.is_file()) or 2 * len(fitting.keys) >= len(whole.keys)
    return [f"pack: {notice}" for notice in notices] if is_its_own else []


def retriever(config: Config, book: Handbook, *, rebuild: bool = False) -> Retriever:
    """The search over a handbook; its index is built or brought up to date first, when needed."""
    from index.build import open_index
    from index.embedder import open_embedder

    embedder = open_embedder(config.embedder, offline=config.offline)
    return open_index(book, embedder, config.home, pack=pack(config, book), rebuild=rebuild)


def search(config: Config, book: Handbook) -> Search:
    """What a look-up goes through."""
    return reranked(config, retriever(config, book))


def reranked(config: Config, found: Search) -> Search:
    """`found` itself, or with its first hits put in order where the settings name a reranker."""
    if config.reranker is None:
        return found
    from index.reranker import CrossReranker, Reranked

    return Reranked(found, CrossReranker(config.reranker, offline=config.offline))


def language(config: Config, book: Handbook) -> Language:
    """The language the coach speaks: as set, else the handbook's."""

    return language_of("".join(q.text for q in book.questions)) if config.lang == "auto" else config.lang


def material(config: Config, book: Handbook) -> Material:
    """What the coach can say about the handbook's questions beyond grading them."""
    from coach.material import Material

    return Material(pack(config, book))


def journal(config: Config) -> Journal:
    """The journal in the data folder."""
    from coach.journal import Journal

    return Journal(config.home / "journal.db")


def ending(config: Config, journal: Journal, handbook: str, session_id: str) -> Ending:
    """What a sitting came to, from the journal."""
    from coach.ending import judge_of, measure_ending
    from coach.noise import noise_of

    attempts = journal.attempts(handbook=handbook)
    noise = noise_of(judge_of(attempts), config.home / "runs")
    return measure_ending(session_id, attempts, journal.all_marks(handbook), noise)


def remember_handbook(config: Config) -> None:
    """Use the handbook of these settings from now on."""
    from coach.config import remember_handbook

    remember_handbook(config.home, config.handbook)


def follow_edits(config: Config, book: Handbook) -> list[str]:
    """Let the history follow an edited handbook; returns what changed since it was last used, a line each."""
    from coach.carry import Remembered, compare, snapshot, told

    remembered, version = Remembered(config.home / "handbooks"), snapshot(book)
    before = remembered.load(book.name)
    if before == version:
        return []
    lines: list[str] = []
    if before is not None:
        with journal(config) as kept:
            changes = compare(before, version)
            lines = told(changes, list(kept.cards(book.name)))
            kept.move_cards(book.name, changes.carried or {})
    remembered.keep(book.name, version)
    return lines


def chat(config: Config, model: str, narrate: Narrate) -> OpenAIChat:
    """The model endpoint of the settings."""
    from coach.llm import OpenAIChat

    priced = config.price_in is not None and config.price_out is not None
    return OpenAIChat(
        model,
        config.base_url,
        config.api_key,
        config.timeout_s,
        _reply_cache(config),
        prices=(config.price_in, config.price_out) if priced else None,  # type: ignore[arg-type]  # asked just above
        fresh=not config.cache,
        on_notice=narrate,
    )


def _reply_cache(config: Config) -> ReplyCache | None:
    """The cache; where no reply is to come from it, one that cannot be used does no harm."""
    from coach.cache import ReplyCache

    try:
        return ReplyCache(config.home / "replies.db")
    except CoachError:
        if config.cache:
            raise
        return None


def judge(config: Config, book: Handbook, choice: JudgeChoice, narrate: Narrate) -> Judge:
    """The judge that `choose_judge` decided on."""
    if choice.model:
        from coach.judge_llm import PromptedJudge

        known = pack(config, book)
        model = PromptedJudge(chat(config, choice.model, narrate), known, per_bullet=config.per_bullet)
        if config.cascade and known:
            from coach.cascade import Cascade
            from coach.judge_exemplars import ExemplarJudge

            return Cascade(ExemplarJudge(known), model)
        return model
    from coach.judge_exemplars import offline_judge

    return offline_judge(book, pack(config, book))


def second_reader(config: Config, narrate: Narrate) -> Callable[[Question, int, str, str], BulletGrade] | None:
    """Who reads an appeal, (question, position, answer, why): the model by another prompt; None without a model."""
    model = choose_judge(config).model
    if not model:
        return None
    from coach.appeal import SecondExaminer

    examiner = SecondExaminer(chat(config, model, narrate))
    return lambda question, position, answer, why: examiner.look(question, position, answer, why).grade


@dataclass(frozen=True, slots=True)
class Grading:
    """Grades answers: the judge, and for a model the neighbouring questions as context."""

    judge: Judge
    search: Callable[[], Search]

    def __call__(
        self,
        question: Question,
        answer: str,
        *,
        rubric: Rubric | None = None,
        context: Sequence[Hit] | None = None,
        on_bullet: OnBullet | None = None,
    ) -> Grade:
        """The grade of an answer; without `rubric` and `context` the question was named, and its neighbours are shown.

        `on_bullet` hears each bullet as soon as the judge has said it, before any repair.
        """
        from coach.grader import grade

        shown = self.neighbours(question) if context is None else context
        return grade(question, answer, self.judge, rubric=rubric, context=shown, on_bullet=on_bullet)

    def neighbours(self, question: Question) -> tuple[Hit, ...]:
        """Related questions; none for a judge that reads no context."""
        if self.judge.id.kind != "llm":
            return ()
        hits = self.search().search(question.text, CONTEXT_HITS + 1).hits
        return tuple(hit for hit in hits if hit.question.key != question.key)[:CONTEXT_HITS]


def grading(config: Config, book: Handbook, narrate: Narrate) -> Grading:
    """What grades answers under these settings; says on `narrate` why it is the offline judge."""
    choice = choose_judge(config)
    if choice.notice:
        narrate(say("offline_judge", language(config, book)))
    return grading_with(config, book, choice, narrate)


def grading_with(config: Config, book: Handbook, choice: JudgeChoice, narrate: Narrate) -> Grading:
    """What grades answers with the judge that was decided on."""
    from functools import cache

    return Grading(judge(config, book, choice, narrate), cache(lambda: search(config, book)))


def eval_data(config: Config, book: Handbook, paths: Sequence[Path]) -> Data:
    """The data of an eval: the named files (`mine`: the verdicts marked in practice), or what is bundled.

    With the labels that a person gave blind, where there are any.
    """
    from evals.labels import FILE, LabelFile, with_person
    from evals.load import bundled_paths, load_data
    from evals.mine import NAME, personal_gold

    if [str(path) for path in paths] == [NAME]:
        with journal(config) as kept:
            return personal_gold(kept, book.name)
    labels = LabelFile(config.home / FILE).known()
    return with_person(load_data(list(paths) or bundled_paths()), labels)
