"""Settings: their order, their origins, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.config import calm_numpy, choose_judge, load_config, remember_handbook
from coach.errors import ConfigError


def test_option_beats_environment_beats_project_beats_user_file(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir(), project.mkdir()
    (home / "coach.toml").write_text('model = "user"\nlang = "en"\nbase_url = "http://u/v1"\n')
    (project / "coach.toml").write_text('model = "project"\nlang = "zh"\n')
    environ = {"COACH_HOME": str(home), "COACH_MODEL": "environment"}
    config = load_config({"model": "option"}, environ=environ, folder=project)
    assert (config.model, config.lang, config.base_url) == ("option", "zh", "http://u/v1")
    assert config.origins["model"] == "option"
    assert config.origins["lang"] == str(project / "coach.toml")
    assert load_config({"model": None}, environ=environ, folder=project).model == "environment"


def test_own_name_of_a_setting_beats_the_foreign_one(tmp_path: Path) -> None:
    environ = {"COACH_HOME": str(tmp_path), "OPENAI_BASE_URL": "http://a/v1", "COACH_BASE_URL": "http://b/v1"}
    assert load_config(environ=environ, folder=tmp_path).base_url == "http://b/v1"


def test_every_fault_of_every_source_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "coach.toml").write_text('modle = "x"\ntimeout_s = -1\n')
    with pytest.raises(ConfigError) as caught:
        load_config(environ={"COACH_HOME": str(tmp_path / "h"), "COACH_JUDGE": "human"}, folder=tmp_path)
    told = "\n".join([str(caught.value), *caught.value.faults])
    assert "3 unusable" in told
    assert "'modle'" in told
    assert "timeout_s = -1 is not above 0" in told
    assert "judge = 'human'" in told


def test_handbook_in_a_file_is_relative_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "coach.toml").write_text('handbook = "mine.md"\n')
    assert load_config(environ={"COACH_HOME": "/nowhere"}, folder=tmp_path).handbook == tmp_path / "mine.md"


def test_key_is_not_in_the_printed_form(tmp_path: Path) -> None:
    config = load_config(environ={"COACH_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-secret"}, folder=tmp_path)
    assert config.api_key == "sk-secret"
    assert "sk-secret" not in repr(config)


@pytest.mark.parametrize(
    ("environ", "options", "model"),
    [
        ({}, {}, None),
        ({"OPENAI_API_KEY": "k"}, {}, None),
        ({"OPENAI_API_KEY": "k", "COACH_MODEL": "m"}, {}, "m"),
        ({"OPENAI_BASE_URL": "http://x/v1", "COACH_MODEL": "m"}, {}, "m"),
        ({"OPENAI_API_KEY": "k", "COACH_MODEL": "m"}, {"judge": "offline"}, None),
        ({"OPENAI_API_KEY": "k", "COACH_MODEL": "m"}, {"judge": "llm:n"}, "n"),
        ({"OPENAI_API_KEY": "k", "COACH_MODEL": "m"}, {"offline": True}, None),
    ],
)
def test_llm_judges_exactly_when_a_model_is_named(
    tmp_path: Path, environ: dict[str, str], options: dict[str, object], model: str | None
) -> None:
    config = load_config(options, environ={"COACH_HOME": str(tmp_path), **environ}, folder=tmp_path)
    assert choose_judge(config).model == model


def test_offline_by_default_says_how_to_switch(tmp_path: Path) -> None:
    choice = choose_judge(load_config(environ={"COACH_HOME": str(tmp_path)}, folder=tmp_path))
    assert "COACH_MODEL" in (choice.notice or "")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"judge": "llm"}, "without a model"),
        ({"judge": "llm:m"}, "OPENAI_API_KEY"),
        ({"judge": "llm:m", "offline": True}, "--offline"),
    ],
)
def test_llm_judge_that_cannot_be_had_is_a_usage_error(tmp_path: Path, options: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        choose_judge(load_config(options, environ={"COACH_HOME": str(tmp_path)}, folder=tmp_path))


def test_remembered_handbook_yields_to_every_named_one_and_can_be_forgotten(tmp_path: Path) -> None:
    environ = {"COACH_HOME": str(tmp_path)}
    remember_handbook(tmp_path, tmp_path / "mine.md")
    assert load_config(environ=environ, folder=tmp_path).handbook == tmp_path / "mine.md"
    assert load_config(environ=environ, folder=tmp_path).origins["handbook"] == "remembered"
    named = {**environ, "COACH_HANDBOOK": "/other.md"}
    assert load_config(environ=named, folder=tmp_path).handbook == Path("/other.md")
    assert load_config({"handbook": "bundled"}, environ=environ, folder=tmp_path).handbook is None
    remember_handbook(tmp_path, None)
    assert load_config(environ=environ, folder=tmp_path).handbook is None


def test_numpy_computes_in_one_thread_unless_the_user_says_otherwise() -> None:
    silent: dict[str, str] = {}
    spoken = {"OPENBLAS_NUM_THREADS": "4"}
    calm_numpy(silent)
    calm_numpy(spoken)
    assert (silent, spoken) == ({"OPENBLAS_NUM_THREADS": "1"}, {"OPENBLAS_NUM_THREADS": "4"})
