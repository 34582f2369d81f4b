"""Where settings come from: options, then environment, then coach.toml (project, then user), then defaults.

The only file that reads the environment or coach.toml. Everything below takes plain arguments.
"""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from coach.errors import ConfigError
from coach.words import say

Lang = Literal["auto", "zh", "en"]

FILE_NAME = "coach.toml"
REMEMBERED = "handbook.txt"
"""Under the data folder: the handbook that `coach index --handbook FILE` named last."""
BUNDLED = "bundled"
"""As a handbook's name: the one that comes with the program."""
# The names under which the wider world already exports these three.
FOREIGN_NAMES = {"api_key": "OPENAI_API_KEY", "base_url": "OPENAI_BASE_URL"}
INTERNAL = frozenset({"home", "offline", "origins"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting, with the origin of each value in `origins`."""

    home: Path
    """Data folder: index, journal, cache, runs."""
    model: str | None = None
    """The judge's model; naming one is what switches the LLM judge on."""
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    judge: str = "auto"
    """`auto`, `offline`, `llm` or `llm:MODEL`."""
    embedder: str | None = None
    """A sentence-transformers model by hub name or folder; None = the bundled one."""
    reranker: str | None = None
    """A sentence-transformers CrossEncoder by hub name or folder that re-orders the first hits; None = none."""
    handbook: Path | None = None
    """None = the bundled handbook."""
    lang: Lang = "auto"
    """Language of the interviewer's words; auto = the handbook's."""
    timeout_s: float = 60.0
    """Longest silence of the model endpoint."""
    per_bullet: bool = False
    """Ask the model once for each bullet: slower and dearer, for models that mix bullets up."""
    cascade: bool = False
    """Let the offline judge decide answers of which it is sure throughout, and ask the model for the others."""
    cache: bool = True
    """Reuse replies of the model to identical requests."""
    price_in: float | None = None
    """Price of a million prompt tokens, in whatever currency; None = cost is not shown."""
    price_out: float | None = None
    offline: bool = False
    """Open no socket."""
    origins: Mapping[str, str] = field(default_factory=dict)


def calm_numpy(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let numpy compute in one thread, unless the user says otherwise; to be called before numpy is imported.

    The products here are small: on a busy machine OpenBLAS's threads wait fifteen times longer than they compute.
    """
    environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def load_config(
    options: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    folder: Path | None = None,
) -> Config:
    """Merge all sources; `options` holds what the command line named (None = not named).

    Raises ConfigError with every unknown key and unusable value of all sources in `faults`.
    """
    home = _home(environ)
    if home.exists() and not home.is_dir():
        raise ConfigError(f"data folder {str(home)!r} is a file; name a folder in COACH_HOME")
    faults: list[str] = []
    sources: list[tuple[str, Mapping[str, object]]] = [
        ("remembered", _remembered(home)),
        *((str(path), _read_file(path, faults)) for path in (home / FILE_NAME, (folder or Path.cwd()) / FILE_NAME)),
        ("environment", _from_environment(environ)),
        ("option", {k: v for k, v in (options or {}).items() if v is not None}),
    ]
    values: dict[str, object] = {}
    origins = {"home": "environment" if environ.get("COACH_HOME") else "default"}
    for origin, source in sources:
        for name, raw in source.items():
            try:
                values[name] = _convert(name, raw)
                origins[name] = origin
            except ValueError as exc:
                faults.append(f"{origin}: {exc}")
    if faults:
        raise ConfigError(f"{len(faults)} unusable setting(s): {faults[0]}", faults[1:])
    return Config(home=home, origins=origins, **values)  # type: ignore[arg-type]  # _convert checked each by name


def editor_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The person's editor with its options, as other programs find it."""
    return shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")


def _home(environ: Mapping[str, str]) -> Path:
    if named := environ.get("COACH_HOME"):
        return Path(named).expanduser()
    from platformdirs import user_data_path  # 10 ms: not needed where COACH_HOME is set

    return user_data_path("interview-coach", appauthor=False)


def remember_handbook(home: Path, handbook: Path | None) -> None:
    """Let later runs use this handbook when nothing else names one; None = the bundled one again."""
    note = home / REMEMBERED
    try:
        home.mkdir(parents=True, exist_ok=True)
        if handbook is None:
            note.unlink(missing_ok=True)
        else:
            note.write_text(f"{handbook.resolve()}\n", encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{note}: {exc.strerror}; check the folder's rights, or name another in COACH_HOME") from exc


def _remembered(home: Path) -> dict[str, object]:
    try:
        return {"handbook": (home / REMEMBERED).read_text(encoding="utf-8").strip()}
    except OSError:
        return {}


def _names() -> list[str]:
    return [f.name for f in fields(Config) if f.name not in INTERNAL]


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in _names():
        for variable in (FOREIGN_NAMES.get(name, ""), f"COACH_{name.upper()}"):
            if environ.get(variable):
                found[name] = environ[variable]
    return found


def _read_file(path: Path, faults: list[str]) -> dict[str, object]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        faults.append(f"{path}: {exc}")
        return {}
    for name in found.keys() - set(_names()):
        faults.append(f"{path}: unknown key {name!r}; the keys are {', '.join(_names())}")
    if isinstance(found.get("handbook"), str) and found["handbook"] != BUNDLED:
        found["handbook"] = path.parent / Path(str(found["handbook"])).expanduser()
    return {name: found[name] for name in _names() if name in found}


def _convert(name: str, raw: object) -> object:
    converters: Mapping[str, Any] = {
        "timeout_s": _positive,
        "price_in": _positive,
        "price_out": _positive,
        "cache": _truth,
        "per_bullet": _truth,
        "cascade": _truth,
        "offline": bool,
        "handbook": lambda value: None if str(value) == BUNDLED else Path(value).expanduser(),
        "lang": _lang,
        "judge": _judge,
    }
    try:
        return converters.get(name, str)(raw)
    except (TypeError, ValueError) as exc:
        raise ValueError(f"{name} = {raw!r} {exc}") from exc


def _positive(raw: object) -> float:
    try:
        number = float(str(raw))
    except ValueError:
        raise ValueError("is not a number") from None
    if not 0 < number < float("inf"):
        raise ValueError("is not above 0")
    return number


def _truth(raw: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if str(raw).lower() not in words:
        raise ValueError("is neither true nor false")
    return words[str(raw).lower()]


def _lang(raw: object) -> str:
    if raw not in get_args(Lang):
        raise ValueError(f"is none of {', '.join(get_args(Lang))}")
    return str(raw)


def _judge(raw: object) -> str:
    kind, _, model = str(raw).partition(":")
    if kind not in {"auto", "offline", "llm"} or (model and kind != "llm"):
        raise ValueError("is none of auto, offline, llm, llm:MODEL")
    return str(raw)


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """What `--judge` comes to: the offline judge (`model` None), or the LLM judge with this model."""

    model: str | None
    notice: str | None = None
    """A line for stderr: why the offline judge, and how to switch."""


def choose_judge(config: Config) -> JudgeChoice:
    """Resolve the judge once, before anything is graded; it never changes in mid-run.

    Raises ConfigError for `llm` without a model, and for `llm` together with --offline.
    """
    kind, _, named = config.judge.partition(":")
    model = named or config.model
    if kind == "offline":
        return JudgeChoice(None)
    if config.offline:
        if kind == "llm":
            raise ConfigError(f"judge {config.judge!r} needs the network, and --offline forbids it; drop one of them")
        return JudgeChoice(None)
    if kind == "llm" and not model:
        raise ConfigError("judge 'llm' without a model; set COACH_MODEL, or name one as in --judge llm:deepseek-chat")
    if not model:
        return JudgeChoice(None, OFFLINE_NOTICE)
    if not (config.api_key or config.base_url):
        raise ConfigError(
            f"model {model!r} is named but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set; "
            "set the key, or the URL of a local server, or use --judge offline"
        )
    return JudgeChoice(model)


OFFLINE_NOTICE = say("offline_judge", "en")
