"""``longread models`` with a user's own file."""

import errno
import struct
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from longread.config import load_settings, paths
from longread.errors import ModelNotFound, SessionNotFound, UsageError
from tests.quick.cli.conftest import Run, objects


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """The smallest file with a GGUF header: no metadata and no tensors."""
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(64))
    return file


def listed(run: Run) -> dict[str, dict[str, object]]:
    rows = objects(run("models", "list", "--json", words_only=False))
    return {str(row["id"]): row for row in rows}


def test_an_own_file_is_added_used_verified_and_forgotten(run: Run, gguf: Path) -> None:
    assert run("models", "add", gguf, "--quiet", words_only=False).exit_code == 0
    assert listed(run)["mine"]["installed"] is True
    assert run("models", "use", "mine", words_only=False).exit_code == 0
    assert listed(run)["mine"]["in_use"] is True
    assert load_settings(paths()).model == "mine"
    assert run("models", "verify", "mine", "--quiet", words_only=False).exit_code == 0
    refused = run("models", "remove", "mine", stdin="n\n", words_only=False)
    assert f"Forget mine? {gguf} stays where it is." in refused.stderr
    removed = run("models", "remove", "mine", "--yes", words_only=False)
    assert removed.stderr == f"Forgot mine. {gguf} stays where it is.\n"
    assert "mine" not in listed(run)
    assert gguf.exists()


def test_a_second_file_of_one_name_does_not_take_the_place_of_the_first(
    run: Run, gguf: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "mine.gguf"
    other.parent.mkdir()
    other.write_bytes(gguf.read_bytes() + b"!")
    for _ in range(2):
        assert run("models", "add", gguf, "--quiet", words_only=False).exit_code == 0
    refused = run("models", "add", other, "--quiet", words_only=False)
    assert isinstance(refused.exception, UsageError)
    assert str(gguf) in refused.exception.message
    assert listed(run)["mine"]["bytes"] == gguf.stat().st_size
    named = ("models", "add", other, "--name", "mine", "--quiet")
    assert run(*named, words_only=False).exit_code == 0
    assert listed(run)["mine"]["bytes"] == other.stat().st_size
    other.unlink()
    assert run("models", "add", gguf, "--quiet", words_only=False).exit_code == 0


def test_a_file_in_place_of_an_id_is_told_how_to_get_one(run: Run, gguf: Path) -> None:
    for command in ("use", "verify", "remove"):
        result = run("models", command, gguf, words_only=False)
        assert isinstance(result.exception, ModelNotFound)
        assert "models add" in result.exception.hint


@pytest.mark.parametrize("path", ["~nobody-at-all/x.gguf", "x" * 300, "gone.gguf"])
def test_a_path_that_leads_nowhere_is_no_model(run: Run, path: str) -> None:
    result = run("models", "add", path, words_only=False)
    assert isinstance(result.exception, ModelNotFound)


@pytest.mark.parametrize("command", [("use", "mine"), ("remove", "mine", "--yes")])
def test_settings_that_cannot_be_written_are_named(
    run: Run, gguf: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    run("models", "add", gguf, "--quiet", words_only=False)
    run("models", "use", "mine", words_only=False)
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr("longread.config.write_whole", full)
    result = run("models", *command, words_only=False)
    assert isinstance(result.exception, UsageError)
    assert f"{paths().settings} cannot be written: No space left" in result.exception.message


def test_what_is_not_installed_cannot_be_used(run: Run) -> None:
    result = run("models", "use", "smollm2-135m-instruct-q4_1", words_only=False)
    assert isinstance(result.exception, ModelNotFound)
    assert "models pull" in result.exception.hint


def test_nothing_is_fetched_without_asking(run: Run) -> None:
    result = run("models", "pull", "smollm2-135m-instruct-q4_1", stdin="n\n", words_only=False)
    assert isinstance(result.exception, UsageError)
    assert "98.4 MB" in result.stderr
    assert listed(run)["smollm2-135m-instruct-q4_1"]["installed"] is False


def test_what_is_here_is_not_offered_again(run: Run, tmp_path: Path) -> None:
    name = "smollm2-135m-instruct-q4_1"
    here = tmp_path / "home" / "models" / f"{name}.gguf"
    here.parent.mkdir(parents=True)
    part = here.with_name(f"{here.name}.part")
    part.write_bytes(bytes(2_000_000))
    # One that was cut off is fetched from its beginning, or from what came of another pull.
    here.write_bytes(bytes(5_000_000))
    asked = run("models", "pull", name, stdin="n\n", words_only=False).stderr
    assert "2.0 MB of it came before" in asked
    with here.open("wb") as file:
        file.truncate(int(str(listed(run)[name]["bytes"])))
    result = run("models", "pull", name, words_only=False)
    assert result.exit_code == 0
    assert result.stderr.endswith(f"{name} is installed.\n")
    assert "Fetch it?" not in result.stderr


def test_pull_wants_one_name(run: Run) -> None:
    assert run("models", "pull", words_only=False).exit_code != 0
    both = run("models", "pull", "smollm2-135m-instruct-q4_1", "--default", words_only=False)
    assert isinstance(both.exception, UsageError)


def choose(tmp_path: Path, name: str) -> None:
    """Write a model's name into the settings, as a person does."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f'model = "{name}"\n', "utf-8")


@pytest.mark.parametrize("name", ["gone-model", "/nowhere/mine.gguf"])
def test_a_chosen_model_that_is_gone_can_be_seen_and_replaced(
    run: Run, gguf: Path, tmp_path: Path, name: str
) -> None:
    choose(tmp_path, name)
    shown = run("models", "list", words_only=False)
    assert shown.exit_code == 0
    assert name in shown.stderr
    assert not any(row["in_use"] for row in listed(run).values())
    (found,) = [row for row in objects(doctor(run)) if row["subject"] == "models"]
    assert found["state"] == "problem"
    assert name in found["text"]
    run("models", "add", gguf, "--quiet", words_only=False)
    assert run("models", "use", "mine", words_only=False).exit_code == 0
    assert listed(run)["mine"]["in_use"] is True


def test_a_model_of_the_catalogue_that_is_chosen_and_not_here_is_not_in_use(
    run: Run, tmp_path: Path
) -> None:
    choose(tmp_path, "smollm2-135m-instruct-q4_1")
    assert not any(row["in_use"] for row in listed(run).values())
    shown = run("models", "list", words_only=False).stdout
    assert "missing" in shown


def test_a_chosen_file_that_was_cut_off_is_said_to_be_so(run: Run, gguf: Path) -> None:
    run("models", "add", gguf, "--quiet", words_only=False)
    run("models", "use", "mine", words_only=False)
    gguf.write_bytes(gguf.read_bytes()[:40])
    assert "damaged" in run("models", "list", words_only=False).stdout
    (found,) = [row for row in objects(doctor(run)) if row["subject"] == "models"]
    assert found["state"] == "problem"
    assert "it has 40 bytes instead of 88" in found["text"]
    assert f"longread models add {gguf} --name mine" in found["advice"]


def test_no_model_is_in_use_where_an_endpoint_answers(run: Run, gguf: Path, tmp_path: Path) -> None:
    run("models", "add", gguf, "--quiet", words_only=False)
    run("models", "use", "mine", words_only=False)
    with (tmp_path / "home" / "config.toml").open("a", encoding="utf-8") as settings:
        settings.write('endpoint = "http://localhost:8080/v1"\n')
    assert not any(row["in_use"] for row in listed(run).values())
    for command in (("list",), ("use", "mine"), ("pull", "--default")):
        said = run("models", *command, words_only=False).stderr
        assert "an endpoint, which answers" in said
        assert "mine is in use" not in said


def test_what_is_not_there_is_said_before_it_is_asked_whether_to_remove_it(run: Run) -> None:
    model = run("models", "remove", "nothing", words_only=False)
    assert isinstance(model.exception, ModelNotFound)
    conversation = run("library", "forget", "nothing", words_only=False)
    assert isinstance(conversation.exception, SessionNotFound)
    assert "Remove" not in model.stderr + conversation.stderr


@pytest.mark.parametrize("name", ["mine.gguf", "Own.GGUF"])
def test_a_chosen_file_is_in_use(run: Run, gguf: Path, tmp_path: Path, name: str) -> None:
    file = gguf.rename(gguf.with_name(name))
    choose(tmp_path, str(file))
    (found,) = [row for row in objects(doctor(run)) if row["subject"] == "models"]
    assert found["state"] == "ok"
    assert str(file) in found["text"]
    assert str(file) in run("models", "pull", "--default", words_only=False).stderr


@pytest.mark.parametrize("name", ["mine.gguf", "Own.GGUF"])
def test_a_file_that_is_named_is_there_or_is_said_to_be_gone(
    run: Run, book: Path, tmp_path: Path, name: str
) -> None:
    asked = run("ask", book, "Who is Mara?", "--model", tmp_path / name)
    assert isinstance(asked.exception, ModelNotFound)
    assert f"no model file {tmp_path / name}" in asked.exception.message


def doctor(run: Run) -> Any:
    return run("doctor", "--json", words_only=False)


@pytest.mark.parametrize("width", ["40", "80"])
def test_ids_are_whole_at_any_width(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    shown = run("models", "list", words_only=False).stdout
    assert all(name in shown for name in listed(run))
    # Nothing is cut off: a licence that cannot be read might as well not be there.
    assert "…" not in shown
    assert shown.count("Apache-2.0") == len(listed(run))
    document = objects(run("read", book, "--index-only", "--json"))[0]
    assert document["id"] in run("library", "list", words_only=False).stdout


def test_no_connection_is_opened_before_somebody_agrees(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def look() -> bool:
        opened.append("hub")
        return False

    monkeypatch.setattr("longread.engine.hub.hub_reachable", look)
    result = run("models", "pull", "--default", stdin="n\n", words_only=False)
    assert isinstance(result.exception, UsageError)
    assert "Fetch it?" in result.stderr
    assert opened == []
    result = run("models", "pull", "--default", stdin="y\nn\n", words_only=False)
    assert isinstance(result.exception, UsageError)
    assert (result.stderr.count("Fetch it?"), opened) == (2, ["hub"])
