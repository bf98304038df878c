"""A model's bare weights, for measurements that make the contexts themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from longread.engine.context import NoContext
from longread.engine.gguf import check_file
from longread.engine.loaded import LoadedModel, NotLoaded
from longread.errors import ModelError
from longread.stopping import never


@contextmanager
def weights(model_file: Path) -> Iterator[LoadedModel]:
    """The weights of a GGUF file, on the CPU, for as long as the block runs.

    Raises:
        ModelNotFound, ModelDamaged: the file cannot be used.
        ModelError: they cannot be loaded, or there is no room for a context that the block makes.
    """
    check_file(model_file)
    try:
        with closing(LoadedModel(model_file, 0, never)) as model:
            yield model
    except (NotLoaded, NoContext) as error:
        raise ModelError(
            f"Nothing can be measured with {model_file.name}: {error}.",
            hint="Name another model, or close other programs.",
        ) from error
