"""The real small model, fetched through the catalogue once for a checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from longread.config import Paths
from longread.engine.catalogue import entry
from longread.engine.weights import pull
from tests.guard import ANY, allowing

MODEL = "smollm2-135m-instruct-q4_1"
CACHE = Path(__file__).parents[2] / ".venv" / "longread-test-models"


@pytest.fixture(scope="session")
def small_model_path() -> Path:
    """The GGUF file: that of ``LONGREAD_SMALL_MODEL``, or fetched and kept beside the venv."""
    if given := os.environ.get("LONGREAD_SMALL_MODEL"):
        return Path(given)
    with allowing(ANY):
        return pull(entry(MODEL), where=Paths(data=CACHE, cache=CACHE, config=CACHE))
