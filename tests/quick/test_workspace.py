"""A workspace asks a server for a model of that server, and looks into its own once, whatever
comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from longread.config import paths
from longread.engine import installed
from longread.engine.abilities import recall
from longread.engine.fake import ScriptedModel
from longread.errors import EngineCrashed, ModelError
from longread.workspace import Options, Workspace
from tests.quick.answering.test_looking_in import ANSWERS, Failing, Telling
from tests.quick.engine.gguf_file import gguf
from tests.quick.engine.local_endpoint import serving

SMALL = "smollm2-135m-instruct-q4_1"
Opened = Callable[[ScriptedModel], Workspace]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    made: list[Workspace] = []

    def open_with(model: ScriptedModel) -> Workspace:
        monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: model)
        made.append(Workspace())
        return made[-1]

    yield open_with
    for workspace in made:
        workspace.close()


def test_what_an_own_file_holds_names_its_blocks_though_it_was_replaced_since_it_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, object]] = []

    def open_model(path: Path, **options: object) -> ScriptedModel:
        given.append({"path": path, **options})
        return ScriptedModel()

    monkeypatch.setattr("longread.engine.open.open_model", open_model)
    own = tmp_path / "own.gguf"
    own.write_bytes(gguf())
    installed.add(own)
    with Workspace(Options(model="own")) as workspace:
        known = workspace.model.info.id
    assert (given[0]["path"], given[0]["model_id"], given[0]["fingerprint"]) == (own, "own", "")
    assert recall(known) is not None


def served(settings: str, options: Options) -> str:
    """The model that a server is asked for."""
    paths().settings.write_text(settings, "utf-8")
    with Workspace(options) as workspace:
        return workspace.model.info.id


@pytest.mark.parametrize(
    ("chosen", "option", "asked"),
    [(SMALL, "", "tiny"), ("other", "", "tiny"), (SMALL, "other", "other")],
)
def test_a_server_that_is_named_is_asked_for_no_model_of_the_settings(
    chosen: str, option: str, asked: str
) -> None:
    with serving() as server:
        options = Options(model=option, endpoint=server.url)
        assert served(f'model = "{chosen}"\n', options) == asked


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [(SMALL, "tiny"), ("/models/Own.GGUF", "tiny"), ("", "tiny"), ("other", "other")],
)
def test_a_server_of_the_settings_is_asked_for_the_model_beside_it_if_that_is_its_own(
    chosen: str, asked: str
) -> None:
    with serving() as server:
        settings = f'model = "{chosen}"\nendpoint = "{server.url}"\n'
        assert served(settings, Options()) == asked


def test_a_model_is_looked_into_once(opened: Opened) -> None:
    first = opened(Telling(6.0))
    assert first.insight.probe is None
    news = list(first.look_into_model())
    assert news[-1].done == news[-1].total == len(ANSWERS)
    found = first.insight.probe
    assert found is not None
    assert list(first.look_into_model()) == []
    # Another process finds it, and another model is looked into anew.
    again = opened(Telling(6.0))
    assert list(again.look_into_model()) == []
    kept = again.insight.probe
    assert kept is not None
    assert np.array_equal(kept.weights, found.weights)


def test_what_was_begun_and_left_is_begun_again(opened: Opened) -> None:
    workspace = opened(Telling(6.0))
    looking = workspace.look_into_model()
    next(looking)
    looking.close()
    assert len(list(workspace.look_into_model())) > 1


def test_a_model_that_crashes_of_it_is_left_alone(opened: Opened) -> None:
    workspace = opened(Failing(EngineCrashed("It ended.")))
    list(workspace.look_into_model())
    assert workspace.insight.probe is None
    assert list(workspace.look_into_model()) == []


def test_where_there_was_no_room_it_is_tried_again(opened: Opened) -> None:
    list(opened(Failing(ModelError("There is no room."))).look_into_model())
    workspace = opened(Telling(6.0))
    assert list(workspace.look_into_model())
    assert workspace.insight.probe is not None


def test_a_model_that_keeps_nothing_is_not_looked_into(opened: Opened) -> None:
    assert list(opened(ScriptedModel()).look_into_model()) == []


def test_the_threads_of_the_settings_hold_for_the_embedder_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[int] = []

    def embedder(name: str, threads: int) -> None:
        given.append(threads)

    monkeypatch.setattr("longread.memory.meaning.open_embedder", embedder)
    paths().settings.write_text("threads = 3\n", "utf-8")
    for options in (Options(), Options(threads=2)):
        with Workspace(options) as workspace:
            workspace.embedder()
    assert given == [3, 2]
