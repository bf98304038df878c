"""The engine's process with the scripted model in place of llama.cpp: the same pipes, the same
pickles, the same end, and replies that follow from what is asked."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from longread.engine import child
from longread.engine.fake import ScriptedModel
from longread.engine.options import LoadOptions
from longread.engine.protocol import Chunk, Message, Progress, Sampling, Written
from longread.stopping import never

PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from tests.endurance.engine import main; main()"
"""What takes the place of the engine's own program."""

DELAY = "ENDURANCE_DELAY"
"""The variable with the seconds that each call takes."""

_TOLD = re.compile(r"Vera Holt carries [^.]*\.")


def tell(messages: Sequence[Message]) -> str:
    """The first sentence on Vera Holt that was given, in the form that was asked for."""
    asked = "".join(message.text for message in messages)
    found = _TOLD.search(asked)
    said = found[0] if found else "Not found in the text."
    if "two questions" in asked:
        return f"- {said}\nQuestion: How does she carry it?\nQuestion: Why?"
    return f"In one sentence: {said}" if "one sentence" in asked else said


class Engine(ScriptedModel):
    """A scripted model that takes its time and remembers nothing of what it was asked."""

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "",
        fingerprint: str = "",
        options: LoadOptions | None = None,
        stop: Callable[[], bool] = never,
    ) -> None:
        super().__init__(fallback=tell, streams=True)
        self._seconds = float(os.environ.get(DELAY, "0"))

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """As scripted."""
        self._rest()
        yield from super().reply(messages, sampling)

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """As scripted."""
        self._rest()
        return super().choose(messages, choices)

    def read_on(
        self, texts: Sequence[str], *, give_way: Callable[[], bool] = never
    ) -> list[Progress]:
        """As scripted."""
        self._rest()
        return super().read_on(texts, give_way=give_way)

    def write_on(self) -> Written:
        """As scripted."""
        self._rest()
        return super().write_on()

    def _rest(self) -> None:
        self.asked.clear()
        self.read.clear()
        time.sleep(self._seconds)


def main() -> None:
    """The process."""
    vars(child)["LlamaModel"] = Engine
    child.main()
