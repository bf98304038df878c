"""A model through llama.cpp: the low-level ctypes layer of llama-cpp-python.

This module and ``embedding`` are the only ones that import ``llama_cpp``. One thread owns
a context; a lock makes other threads wait.
"""

from __future__ import annotations

import codecs
import ctypes
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine import machine
from longread.engine.gguf import check_file
from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling
from longread.engine.scaffold import render
from longread.engine.stream import SafeText
from longread.errors import Cancelled, ContextFull, ModelDamaged, ModelError

Logits = NDArray[np.float32]
MAX_SEQUENCES = 4
"""Sequences that a context can hold side by side."""

_ABORTED = 2
_NEVER = threading.Event()


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load: 0 threads and 0 context mean what the machine suggests, -1 GPU layers
    all that fit."""

    threads: int = 0
    gpu_layers: int = -1
    context: int = 0


class LlamaModel:
    """A GGUF model in this process.

    ``stop`` is looked at while a prompt is read; setting it ends the current call within a
    second. Sequence 0 holds the last prompt and reply, so that a prompt which begins like
    the last one is read only from where it differs.
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "",
        fingerprint: str = "",
        options: LoadOptions | None = None,
        stop: Callable[[], bool] = _NEVER.is_set,
    ) -> None:
        chosen = options or LoadOptions()
        check_file(path)
        self._llama = _library()
        self._lock = threading.Lock()
        self._stop = stop
        self._held: list[int] = []
        self._model: Any = None
        self._context: Any = None
        self._batch: Any = None
        self._load(path, chosen)
        backend = "GPU" if self._llama.llama_supports_gpu_offload() else "CPU"
        size = int(self._llama.llama_n_ctx(self._context))
        name = model_id or path.stem
        self._info = ModelInfo(name, size, fingerprint or f"{name}:{path.stat().st_size}", backend)

    def _load(self, path: Path, options: LoadOptions) -> None:
        llama = self._llama
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = 999 if options.gpu_layers < 0 else options.gpu_layers
        self._model = llama.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ModelDamaged(
                f"The model {path.name} could not be loaded.",
                hint="`longread models verify` checks the file; `longread doctor` the machine.",
            )
        trained = int(llama.llama_model_n_ctx_train(self._model))
        self._vocabulary = llama.llama_model_get_vocab(self._model)
        self._vocabulary_size = int(llama.llama_vocab_n_tokens(self._vocabulary))
        settings = llama.llama_context_default_params()
        settings.n_ctx = machine.choose_context(trained, options.context)
        settings.n_batch = settings.n_ubatch = machine.BATCH
        settings.n_seq_max = MAX_SEQUENCES
        settings.kv_unified = True
        settings.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_AUTO
        settings.n_threads = settings.n_threads_batch = options.threads or machine.usable_cores()
        # The callback object must outlive the context.
        self._abort = llama.ggml_abort_callback(lambda data: bool(self._stop()))
        settings.abort_callback = self._abort
        self._context = llama.llama_init_from_model(self._model, settings)
        if not self._context:
            raise ModelError(
                f"There is not enough memory for {path.name} with this context.",
                hint="Try a smaller --context or a smaller model.",
            )
        self._memory = llama.llama_get_memory(self._context)
        self._batch = llama.llama_batch_init(machine.BATCH, 0, 1)
        raw = llama.llama_model_chat_template(self._model, None)
        self._template = raw.decode("utf-8", "replace") if raw else ""
        self._bos = self._special(llama.llama_vocab_bos(self._vocabulary))
        self._eos = self._special(llama.llama_vocab_eos(self._vocabulary))

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._lock:
            return len(self._tokenize(text, special=False))

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._lock:
            tokens = self._prompt(messages)
            self._check_fit(len(tokens), sampling.max_tokens)
            logits, cached = self._read(tokens)
            yield from self._write(logits, tokens, cached, sampling)

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._lock:
            tokens = self._prompt(messages)
            self._check_fit(len(tokens), 1)
            logits, _ = self._read(tokens)
            chances = _softmax(logits)
            sums = [
                sum(float(chances[token]) for token in self._first_tokens(choice))
                for choice in choices
            ]
        total = sum(sums)
        return [value / total for value in sums] if total else [1 / len(sums)] * len(sums)

    def close(self) -> None:
        """Release the model; safe to call twice."""
        with self._lock:
            if self._batch is not None:
                self._llama.llama_batch_free(self._batch)
            if self._context:
                self._llama.llama_free(self._context)
            if self._model:
                self._llama.llama_model_free(self._model)
            self._batch = self._context = self._model = None

    def _check_fit(self, prompt: int, reply: int) -> None:
        if prompt + reply > self._info.context:
            raise ContextFull(
                f"The prompt of {prompt:,} tokens and a reply of up to {reply:,} do not fit the "
                f"context of {self._info.context:,}.",
                hint="Ask for less evidence, or raise --context.",
            )

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        tokens: list[int] = []
        for piece in render(self._template, messages, self._bos, self._eos):
            tokens += self._tokenize(piece.text, special=piece.special)
        begin = int(self._llama.llama_vocab_bos(self._vocabulary))
        wanted = self._llama.llama_vocab_get_add_bos(self._vocabulary)
        return [begin, *tokens] if wanted and tokens[:1] != [begin] else tokens

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(
            self._vocabulary, data, len(data), buffer, room, False, special
        )
        return list(buffer[: max(0, count)])

    def _first_tokens(self, choice: str) -> set[int]:
        """The tokens a reply of this choice may begin with: capitalised, behind a space."""
        forms = {choice, choice.capitalize(), choice.lower()}
        spellings = {form for word in forms for form in (word, f" {word}")}
        return {self._tokenize(form, special=False)[0] for form in spellings if form}

    def _read(self, tokens: list[int]) -> tuple[Logits, int]:
        """Bring the prompt into sequence 0; returns the last logits and what was cached."""
        shared = 0
        most = min(len(tokens) - 1, len(self._held))
        while shared < most and tokens[shared] == self._held[shared]:
            shared += 1
        if not self._llama.llama_memory_seq_rm(self._memory, 0, shared, -1):
            # Recurrent models cannot forget their last tokens alone.
            self._llama.llama_memory_clear(self._memory, True)
            shared = 0
        self._held = tokens[:shared]
        for start in range(shared, len(tokens), machine.BATCH):
            self._decode(tokens[start : start + machine.BATCH])
        return self._logits(), shared

    def _decode(self, tokens: Sequence[int]) -> None:
        if self._stop():
            raise Cancelled("Stopped.")
        batch, past = self._batch, len(self._held)
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = past + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = index == len(tokens) - 1
        code = self._llama.llama_decode(self._context, batch)
        if code == 0:
            self._held += tokens
            return
        # What an aborted decode left behind is unknown: forget all from before it.
        self._llama.llama_memory_seq_rm(self._memory, 0, past, -1)
        if code == _ABORTED:
            raise Cancelled("Stopped.")
        raise ModelError(
            f"The model library failed to decode (code {code}).",
            hint="Try a smaller --context; `longread doctor` shows the back end.",
        )

    def _logits(self) -> Logits:
        pointer = self._llama.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def _write(
        self, logits: Logits, prompt: list[int], cached: int, sampling: Sampling
    ) -> Iterator[Chunk]:
        generator = np.random.default_rng(sampling.seed)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        safe = SafeText(sampling.stop)
        count, finish = 0, "length"
        while count < sampling.max_tokens:
            token = _sample(logits, sampling.temperature, generator)
            if self._llama.llama_vocab_is_eog(self._vocabulary, token):
                finish = "stop"
                break
            count += 1
            text = safe.feed(decoder.decode(self._piece(token)))
            if text:
                yield Chunk(text)
            if safe.stopped:
                finish = "stop"
                break
            if count == sampling.max_tokens:
                break
            self._decode([token])
            logits = self._logits()
        if rest := safe.finish():
            yield Chunk(rest)
        yield Chunk(
            "",
            final=True,
            prompt_tokens=len(prompt),
            cached_tokens=cached,
            reply_tokens=count,
            finish="stop" if finish == "stop" else "length",
        )

    def _piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        buffer = ctypes.create_string_buffer(256)
        count = self._llama.llama_token_to_piece(
            self._vocabulary, token, buffer, len(buffer), 0, False
        )
        return buffer.raw[: max(0, count)]

    def _special(self, token: int) -> str:
        raw = self._llama.llama_vocab_get_text(self._vocabulary, token) if token >= 0 else None
        return raw.decode("utf-8", "replace") if raw else ""


def _softmax(logits: Logits) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    chances: NDArray[np.float64] = shifted / shifted.sum()
    return chances


def _sample(logits: Logits, temperature: float, generator: np.random.Generator) -> int:
    if temperature <= 0:
        return int(logits.argmax())
    return int(generator.choice(len(logits), p=_softmax(logits / temperature)))


_loaded: Any = None
_quiet: Any = None


def _library() -> Any:
    """The ctypes layer, initialised once and silent: its log would garble the terminal."""
    global _loaded, _quiet  # noqa: PLW0603 - the native library's state is global too
    if _loaded is None:
        import llama_cpp.llama_cpp as llama

        _quiet = llama.llama_log_callback(lambda level, text, data: None)
        llama.llama_log_set(_quiet, ctypes.c_void_p(0))
        llama.llama_backend_init()
        _loaded = llama
    return _loaded


def back_end() -> str:
    """What the installed library computes on, and what of the processor it uses."""
    llama = _library()
    features = llama.llama_print_system_info().decode("utf-8", "replace")
    where = "GPU" if llama.llama_supports_gpu_offload() else "CPU"
    return f"{where}; {features.strip().rstrip('|').strip()}"
