"""A model through llama.cpp: the low-level ctypes layer of llama-cpp-python.

One thread at a time uses it; others wait for their turn.
"""

from __future__ import annotations

import codecs
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longread.engine import looking, machine, native
from longread.engine.attention import AttentionWatch, Head
from longread.engine.block import Block
from longread.engine.context import Context, Logits, NoContext
from longread.engine.fingerprint import fingerprint as weights_fingerprint
from longread.engine.gguf import check_file
from longread.engine.loaded import LoadedModel, NotLoaded, Runs
from longread.engine.options import LoadOptions
from longread.engine.prompt import Prompt
from longread.engine.protocol import (
    Chunk,
    Line,
    Message,
    ModelInfo,
    Progress,
    Sampling,
    Written,
)
from longread.engine.sampling import choose_token, softmax
from longread.engine.stream import SafeText
from longread.engine.streaming import TextStream
from longread.engine.turn import Turn
from longread.engine.writing import Writer
from longread.errors import ContextFull, ModelError
from longread.stopping import never

_ALL_LAYERS = 999
_LOOK_SECONDS = 0.2


class LlamaModel:
    """A GGUF model in this process.

    ``stop`` is looked at while the model is loaded and while it computes; where it says yes,
    the current call ends within a second with ``Cancelled``. Answers and the stream have a
    context each, so that neither slows the other or takes its room. That of answers holds the
    last prompt and reply: a prompt which begins like the last one is read only from where it
    differs, or a little before.

    Raises:
        ModelNotFound, ModelDamaged, ModelError: the model cannot be loaded.
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "",
        fingerprint: str = "",
        options: LoadOptions | None = None,
        stop: Callable[[], bool] = never,
    ) -> None:
        check_file(path)
        self._options = options or LoadOptions()
        self._turn = Turn()
        self._stop = stop
        self._model: LoadedModel | None = None
        self._context: Context | None = None
        self._stream: TextStream | None = None
        self._writer: Writer | None = None
        warnings: list[str] = []
        try:
            self._load(path, warnings)
            model, context, _ = self._opened()
            name = model_id or path.stem
            self._info = ModelInfo(
                name,
                context.size,
                fingerprint or f"{name}:{weights_fingerprint(path)}",
                (*warnings, *model.warnings),
                streaming=context.streaming,
                blocks=context.streaming == "shift" and context.knows_state(),
                build=native.build(),
                heads=model.heads,
                token_bytes=model.token_bytes,
                layers=model.layers,
            )
        except BaseException:
            self.close()
            raise

    def _load(self, path: Path, warnings: list[str]) -> None:
        """Load weights and make the context of answers."""
        weights = path.stat().st_size
        here = machine.describe_machine()
        layers = self._options.gpu_layers
        on_gpu = native.computes_on() == "GPU" and layers != 0
        if weights > here.memory and not on_gpu:
            raise ModelError(
                f"{path.name} needs {weights / 1e9:.1f} GB, and this machine has "
                f"{here.memory / 1e9:.1f} GB of memory.",
                hint="`longread models list` shows smaller models.",
            )
        spare = here.available - weights
        why = self._open(path, _ALL_LAYERS if layers < 0 else layers, spare)
        if why and on_gpu and layers < 0:
            warnings.append(f"The GPU could not hold the model ({why}); the CPU computes.")
            why = self._open(path, 0, spare)
        if why:
            raise ModelError(f"{path.name} could not be loaded: {why}.", hint=why.hint) from why

    def _open(self, path: Path, layers: int, spare: int) -> NotLoaded | NoContext | None:
        """Load weights and make a context; returns why that failed, if it did."""
        self._release()
        try:
            self._model = model = LoadedModel(path, layers, self._stop)
            size = machine.choose_context(
                model.trained_context, model.token_bytes, spare, self._options.context
            )
            self._context = Context(
                model.handle, size, self._options.threads, self._stop, _watch(), sequences=2
            )
        except (NotLoaded, NoContext) as error:
            return error
        self._prompt = Prompt(self._context)
        return None

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    @property
    def layers(self) -> int:
        """How many layers the model has."""
        return self._opened()[0].layers

    @property
    def query_heads(self) -> int:
        """How many query heads each layer has."""
        return self._opened()[0].query_heads

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._turn:
            return len(self._opened()[0].tokenize(text))

    def reply(
        self, messages: Sequence[Message], sampling: Sampling
    ) -> Generator[Chunk, None, None]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._turn:
            model, _, prompt = self._opened()
            runs = model.prompt(messages)
            length = self._check_fit(runs, sampling.max_tokens)
            logits, cached = prompt.read(runs)
            yield from self._write(logits, length, cached, sampling)

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._turn:
            model, _, prompt = self._opened()
            runs = model.prompt(messages)
            self._check_fit(runs, 1)
            logits, _ = prompt.read(runs)
            chances = softmax(logits)
            sums = [
                sum(float(chances[token]) for token in tokens)
                for tokens in _first_tokens(model, choices)
            ]
        total = sum(sums)
        return [value / total for value in sums] if total else [1 / len(sums)] * len(sums)

    def blocks(self, messages: Sequence[Message]) -> list[Block | None]:
        """Blocks of the messages' parts; see ``StreamingModel.blocks``."""
        with self._turn:
            model, _, prompt = self._opened()
            return prompt.blocks(model.prompt(messages))

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[Head] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        """Attention to each part; see ``StreamingModel.attention``."""
        with self._turn:
            model, context, prompt = self._opened()
            runs = model.prompt(messages)
            self._check_fit(runs, 0)
            behind = model.prompt(calibration) if calibration else None
            return looking.attention(model, context, prompt, runs, heads, behind)

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        """Hidden states behind the question for each part alone; see ``StreamingModel.states``."""
        with self._turn:
            model, context, prompt = self._opened()
            runs, threads = model.prompt(messages), self._options.threads
            return looking.states(model, context, prompt, runs, layers, threads, self._stop)

    def next_token_logits(self, messages: Sequence[Message]) -> Logits:
        """Logits of the assistant's first token, of the shape (vocabulary,)."""
        with self._turn:
            model, _, prompt = self._opened()
            logits, _ = prompt.read(model.prompt(messages))
            return logits.copy()

    def start_reading(
        self, prefix: Sequence[Message], window: int, resume: Path | None = None
    ) -> None:
        """Begin a stream; see ``StreamingModel.start_reading``."""
        with self._turn:
            model = self._opened()[0]
            self._end_stream()
            # What the template puts behind the last message belongs to the question.
            runs = model.prompt(prefix)[:-1]
            sinks = [token for tokens, _ in runs for token in tokens]
            try:
                self._stream = TextStream(model, sinks, window, self._options.threads, self._stop)
            except NoContext as error:
                raise ModelError(
                    f"The text cannot be read: {error}.", hint="Try a smaller --window."
                ) from error
            if resume is not None:
                self._stream.load(resume)

    def read_on(
        self, texts: Sequence[str], *, give_way: Callable[[], bool] = never
    ) -> list[Progress]:
        """Read on in the text; see ``StreamingModel.read_on``. Here ``give_way`` is only looked
        at before it begins."""
        while give_way():
            time.sleep(_LOOK_SECONDS)
        with self._turn:
            stream, model = self._streamed(), self._opened()[0]
            runs = [model.tokenize(text) for text in texts]
            return stream.read(runs, blocks=True, surprisal=False)

    def save_reading(self, file: Path) -> None:
        """Write the stream's state to a file."""
        with self._turn:
            self._streamed().save(file)

    def stop_reading(self) -> None:
        """End the stream and release its memory; safe to call twice."""
        with self._turn:
            self._end_stream()

    def start_writing(
        self,
        prompts: Sequence[Sequence[Message]],
        lines: Sequence[Sequence[Line]],
        together: int,
    ) -> None:
        """Begin several replies; see ``StreamingModel.start_writing``."""
        with self._turn:
            model = self._opened()[0]
            self._end_writing()
            runs = [model.prompt(messages) for messages in prompts]
            self._writer = Writer(
                model,
                runs,
                lines,
                together,
                self._options.threads,
                self._stop,
                blocks=self._info.blocks,
            )

    def write_on(self) -> Written:
        """Write a little more of them; see ``StreamingModel.write_on``."""
        with self._turn:
            if self._writer is None:
                raise ModelError("Nothing is being written.", hint="Begin with start_writing.")
            return self._writer.go_on()

    def stop_writing(self) -> None:
        """Release what is being written; safe to call twice."""
        with self._turn:
            self._end_writing()

    def close(self) -> None:
        """Release the model; safe to call twice, and while this thread reads a reply."""
        if self._turn.mine:
            self._release()
        else:
            with self._turn:
                self._release()

    def _release(self) -> None:
        self._end_stream()
        self._end_writing()
        if self._context is not None:
            self._context.close()
        if self._model is not None:
            self._model.close()
        self._context = self._model = None

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _end_writing(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _opened(self) -> tuple[LoadedModel, Context, Prompt]:
        if self._model is None or self._context is None:
            raise ModelError("The model was closed.", hint="Open it again.")
        return self._model, self._context, self._prompt

    def _streamed(self) -> TextStream:
        if self._stream is None:
            raise ModelError("Nothing is being read.", hint="Begin with start_reading.")
        return self._stream

    def _check_fit(self, runs: Runs, reply: int) -> int:
        length = sum(len(tokens) for tokens, _ in runs)
        if length + reply > self._info.context:
            raise ContextFull(
                f"The prompt of {length:,} tokens and a reply of up to {reply:,} do not fit the "
                f"context of {self._info.context:,}.",
                hint="Ask for less evidence, or raise --context.",
            )
        return length

    def _write(
        self, logits: Logits, length: int, cached: int, sampling: Sampling
    ) -> Iterator[Chunk]:
        generator = np.random.default_rng(sampling.seed)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        safe = SafeText(sampling.stop)
        count, finish = 0, "length"
        while count < sampling.max_tokens:
            # Looked up again at each token: the caller may have closed the model meanwhile.
            model = self._opened()[0]
            token = choose_token(logits, sampling.temperature, generator)
            if model.ends_reply(token):
                finish = "stop"
                break
            count += 1
            text = safe.feed(decoder.decode(model.piece(token)))
            if text:
                yield Chunk(text)
            if safe.stopped:
                finish = "stop"
                break
            if count == sampling.max_tokens:
                break
            logits = self._opened()[2].write(token)
        if rest := safe.finish():
            yield Chunk(rest)
        yield Chunk(
            "",
            final=True,
            prompt_tokens=length,
            cached_tokens=cached,
            reply_tokens=count,
            finish="stop" if finish == "stop" else "length",
        )


def _watch() -> AttentionWatch | None:
    with suppress(OSError, AttributeError):
        return AttentionWatch()
    return None


def _first_tokens(model: LoadedModel, choices: Sequence[str]) -> list[set[int]]:
    """For each choice the tokens with which a reply of it may begin, capitalised or behind
    a space; those that two choices share tell nothing and are left out."""
    sets: list[set[int]] = []
    for choice in choices:
        words = {choice, choice.capitalize(), choice.lower()}
        forms = {form for word in words for form in (word, f" {word}")}
        spelled = (model.tokenize(form) for form in forms)
        sets.append({tokens[0] for tokens in spelled if tokens})
    counts = Counter(token for tokens in sets for token in tokens)
    return [{token for token in tokens if counts[token] == 1} for tokens in sets]
