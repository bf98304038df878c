"""Passages side by side: each stands alone before the same question, which is read once for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from longread.engine import machine
from longread.engine.block import Block
from longread.engine.cells import whole_cells
from longread.engine.context import Context, NoContext
from longread.engine.loaded import LoadedModel
from longread.engine.probe import StateWatch
from longread.engine.watch import Floats
from longread.errors import ModelError, NotShown

MOST = 16
"""Passages that stand side by side at a time. More would take more memory, and no less time."""


def states_behind(
    model: LoadedModel,
    like: Context,
    opening: Block,
    blocks: Sequence[Block],
    question: Sequence[int],
    layers: Sequence[int],
    threads: int,
    stop: Callable[[], bool],
) -> Floats:
    """The hidden states behind the last token of a question, once for each block alone before it,
    of the shape (layers, blocks, width). All blocks stand behind the same ``opening``, at the
    places they were computed at; ``like`` is another context of the same model.

    Raises:
        NotShown: the library does not show the states.
        ModelError: there is no room for it.
        Cancelled: it was told to stop.
    """
    runs = min(MOST, len(blocks), max(1, machine.BATCH // len(question)))
    longest = max(block.kept for block in blocks) + opening.kept + len(question)
    size = whole_cells(longest)
    try:
        watch = StateWatch()
    except (OSError, AttributeError) as error:
        raise NotShown(
            "This build of the model library does not show states.", hint="Look up without them."
        ) from error
    try:
        context = Context(
            model.handle, runs * size, threads, stop, watch, runs, flash=model.on_gpu, separate=True
        )
    except NoContext as error:
        raise ModelError(
            f"Passages cannot be judged one by one: {error}.", hint="Look up without it."
        ) from error
    try:
        found = []
        for start in range(0, len(blocks), runs):
            group = blocks[start : start + runs]
            for run, block in enumerate(group):
                context.switch(run)
                context.begin_from([opening, block], like)
            watch.begin(frozenset(layers))
            context.read_rows((token, run) for run in range(len(group)) for token in question)
            caught = watch.end(len(group) * len(question))
            if set(caught) != set(layers):
                raise NotShown(
                    "The model library does not show the states of this model.",
                    hint="Look up without them.",
                )
            behind = np.array([caught[layer] for layer in layers])
            found.append(behind[:, len(question) - 1 :: len(question)])
        return np.concatenate(found, axis=1)
    finally:
        context.close()
