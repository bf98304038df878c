"""A model behind a process boundary, so that a native crash cannot take the interface or
the store with it. One request runs at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longread.engine.block import Block
from longread.engine.options import LoadOptions
from longread.engine.pipes import Engine
from longread.engine.protocol import (
    Chunk,
    Line,
    Message,
    ModelInfo,
    Progress,
    Sampling,
    Written,
)
from longread.engine.turn import Turn
from longread.errors import Cancelled, EngineCrashed, ModelError
from longread.stopping import never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOOK_SECONDS = 0.25


class ProcessModel:
    """A GGUF model in a process of its own, spawned and never forked. After a crash the
    next call starts it anew.

    Raises:
        ModelNotFound, ModelDamaged, ModelError: the model cannot be loaded, or no process started.
        EngineCrashed: the process ended while loading it.
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "",
        fingerprint: str = "",
        options: LoadOptions | None = None,
    ) -> None:
        self._arguments = (path, model_id, fingerprint, options or LoadOptions())
        self._turn = Turn()
        self._closed = False
        self._engine: Engine | None = None
        # The lives of the process in which a stream and a writing were begun.
        self._begun: dict[str, Engine | None] = {}
        self._info = self._started().info

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    @property
    def process_id(self) -> int | None:
        """The engine's process, where one runs."""
        engine = self._engine
        return engine.process.pid if engine is not None else None

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._turn:
            return int(self._ask("count_tokens", text))

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._turn:
            return [float(value) for value in self._ask("choose", list(messages), list(choices))]

    def reply(
        self, messages: Sequence[Message], sampling: Sampling
    ) -> Generator[Chunk, None, None]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._turn:
            engine = self._started()
            with engine.request("reply", list(messages), sampling) as request:
                while (chunk := request.next()) is not None:
                    yield chunk

    def blocks(self, messages: Sequence[Message]) -> list[Block | None]:
        """Blocks of the messages' parts; see ``StreamingModel.blocks``."""
        with self._turn:
            return list(self._ask("blocks", list(messages)))

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[tuple[int, int]] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        """Attention to each part; see ``StreamingModel.attention``."""
        with self._turn:
            found: NDArray[np.float32] = self._ask(
                "attention", list(messages), heads, list(calibration)
            )
            return found

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        """Hidden states behind the question for each part alone; see ``StreamingModel.states``."""
        with self._turn:
            found: NDArray[np.float32] = self._ask("states", list(messages), list(layers))
            return found

    def start_reading(
        self, prefix: Sequence[Message], window: int, resume: Path | None = None
    ) -> None:
        """Begin a stream; see ``StreamingModel.start_reading``."""
        with self._turn:
            self._ask("start_reading", list(prefix), window, resume)
            self._begun["read_on"] = self._engine

    def read_on(
        self, texts: Sequence[str], *, give_way: Callable[[], bool] = never
    ) -> list[Progress]:
        """Read on in the text, while nobody asks; see ``StreamingModel.read_on``."""
        read = self._stand_back(give_way, "read_on", list(texts))
        assert isinstance(read, list)
        return read

    def save_reading(self, file: Path) -> None:
        """Write the stream's state to a file."""
        with self._turn:
            self._ask("save_reading", file)

    def stop_reading(self) -> None:
        """End the stream and release its memory; safe to call twice."""
        with self._turn:
            if self._engine is not None and self._engine.alive:
                self._ask("stop_reading")

    def start_writing(
        self,
        prompts: Sequence[Sequence[Message]],
        lines: Sequence[Sequence[Line]],
        together: int,
    ) -> None:
        """Begin several replies; see ``StreamingModel.start_writing``."""
        with self._turn:
            self._ask("start_writing", [list(one) for one in prompts], list(lines), together)
            self._begun["write_on"] = self._engine

    def write_on(self) -> Written:
        """Write a little more, while nobody asks; see ``StreamingModel.write_on``."""
        written = self._stand_back(never, "write_on")
        assert isinstance(written, Written)
        return written

    def stop_writing(self) -> None:
        """Release what is being written; safe to call twice."""
        with self._turn:
            if self._engine is not None and self._engine.alive:
                self._ask("stop_writing")

    def close(self) -> None:
        """End the process; safe to call twice, and while a reply is being read."""
        self._closed = True
        if self._turn.mine:
            self._end()
            return
        self._interrupt()
        with self._turn:
            self._end()

    def _interrupt(self) -> None:
        if (engine := self._engine) is not None:
            engine.cancel()

    def _stand_back(self, give_way: Callable[[], bool], name: str, *arguments: Any) -> Any:
        """A request that gives way to others and is repeated behind them."""
        while True:
            while give_way() and not self._closed:
                time.sleep(_LOOK_SECONDS)
            with self._turn.standing_back(self._interrupt):
                engine = self._started()
                if self._begun.get(name, engine) is not engine:
                    raise EngineCrashed(
                        "The model's process was started anew, and what it had begun is gone.",
                        hint="Begin it again; it goes on from what was committed.",
                    )
                try:
                    with engine.request(name, *arguments) as asked:
                        if self._turn.wanted:
                            # It came before there was a request to interrupt.
                            engine.cancel()
                        return asked.next(give_way)
                except Cancelled:
                    if self._closed:
                        raise

    def _ask(self, name: str, *arguments: Any) -> Any:
        with self._started().request(name, *arguments) as request:
            return request.next()

    def _started(self) -> Engine:
        """The running engine, started if it is not."""
        if self._closed:
            raise ModelError("The model was closed.", hint="Open it again.")
        if self._engine is None or not self._engine.alive:
            self._end()
            self._engine = Engine(self._arguments)
            self._info = self._engine.info
        return self._engine

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.end()
            self._engine = None
