"""What a question looks at: attention to parts that stand together, and hidden states behind parts
that each stand alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from longread.engine import machine
from longread.engine.attention import AttentionWatch, Head, span_attention
from longread.engine.block import Block
from longread.engine.context import Context
from longread.engine.loaded import LoadedModel, Runs
from longread.engine.panel import states_behind
from longread.engine.prompt import Prompt, unpacked
from longread.engine.watch import Floats
from longread.errors import ModelError, NotShown


def attention(
    model: LoadedModel,
    context: Context,
    prompt: Prompt,
    runs: Runs,
    heads: Sequence[Head] | None,
    calibration: Runs | None,
) -> Floats:
    """Attention to each part; see ``StreamingModel.attention``."""
    watch = context.watch
    if not isinstance(watch, AttentionWatch):
        raise NotShown(
            "This build of the model library does not show attention.", hint="Look up without it."
        )
    chosen = list(heads or _all_heads(model))
    parts = _parts(runs)
    tails = [_tail(runs)]
    if calibration is not None:
        tails.append(_tail(calibration))
    cells = prompt.hold(runs, parts[-1] + 1)
    spans = [cells[index] for index in parts]
    layers = {layer for layer, _ in chosen}
    watch.begin(layers, sum(map(len, tails)), cells[-1][1], model.query_heads // model.heads)
    try:
        _look(context, tails)
    finally:
        caught = watch.end()
    if not all(map(caught.has, layers)):
        raise NotShown(
            "The model library does not show the attention of this model.",
            hint="Look up without it.",
        )
    found, start = [], 0
    for tail in tails:
        rows = range(start, start + len(tail))
        start = rows.stop
        found.append(span_attention(caught, rows, spans, chosen, model.query_heads, model.heads))
    return found[0] if calibration is None else found[0] - found[1]


def states(
    model: LoadedModel,
    context: Context,
    prompt: Prompt,
    runs: Runs,
    layers: Sequence[int],
    threads: int,
    stop: Callable[[], bool],
) -> Floats:
    """Hidden states behind the question for each part alone; see ``StreamingModel.states``."""
    parts = _parts(runs)
    kept = []
    for tokens, part in (runs[index] for index in parts):
        if part is None or part.block is None or part.block.tokens != tuple(tokens):
            raise ModelError("A passage was not read before.", hint="Read the text first.")
        kept.append(part.block)
    blocks = [block for block in unpacked(kept) if isinstance(block, Block)]
    if len(blocks) < len(kept):
        raise ModelError("What was kept of a passage is damaged.", hint="Read the text again.")
    prompt.hold(runs, parts[0])
    opening = context.take(0, [token for tokens, _ in runs[: parts[0]] for token in tokens])
    return states_behind(model, context, opening, blocks, _tail(runs), layers, threads, stop)


def _look(context: Context, tails: Sequence[Sequence[int]]) -> None:
    """Let short texts, each in a run of its own behind all that was read, be read together;
    nothing of them stays."""
    base, current = context.length, context.current
    others = [run for run in range(context.runs) if run != current][: len(tails) - 1]
    try:
        for run in others:
            context.switch(run)
            context.begin_as(current)
        runs = [current, *others]
        context.read_rows(
            (token, run) for run, tail in zip(runs, tails, strict=True) for token in tail
        )
    finally:
        for run in others:
            context.switch(run)
            context.forget_from(0)
        context.switch(current)
        context.forget_from(base)


def _all_heads(model: LoadedModel) -> list[Head]:
    return [(layer, head) for layer in range(model.layers) for head in range(model.query_heads)]


def _parts(runs: Runs) -> list[int]:
    """Which of the runs are parts that stand by themselves."""
    return [
        index for index, (_, part) in enumerate(runs) if part is not None and not part.from_start
    ]


def _tail(runs: Runs) -> list[int]:
    """What is asked behind the last part, without what the template puts behind it; two such
    tails fit into a batch."""
    behind = runs[_parts(runs)[-1] + 1 : -1]
    return [token for tokens, _ in behind for token in tokens][-machine.BATCH // 2 :]
