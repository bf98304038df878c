"""A model through llama.cpp: the low-level ctypes layer of llama-cpp-python.

One thread at a time uses a context; others wait for their turn.
"""

from __future__ import annotations

import codecs
import ctypes
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine import machine, native, scaffold
from longread.engine.gguf import check_file
from longread.engine.options import LoadOptions
from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling
from longread.engine.stream import SafeText
from longread.engine.turn import Turn
from longread.errors import Cancelled, ContextFull, ModelDamaged, ModelError

Logits = NDArray[np.float32]
MAX_SEQUENCES = 4
"""Sequences that a context can hold side by side."""

LEAST_BATCH = 64
"""A prompt is read in batches of at least so many tokens where it has them. Smaller ones take
other paths through the library, whose rounding differs: a reply would depend on what was
asked before."""

_ALIGNMENT = 4
"""Rows are computed in groups of so many, from the batch's first."""

_ABORTED = 2
_ALL_LAYERS = 999
_KEY_AND_VALUE_BYTES = 2 * 2
_NEVER = threading.Event()


class LlamaModel:
    """A GGUF model in this process.

    ``stop`` is looked at while the model is loaded and while it computes; where it says yes,
    the current call ends within a second with ``Cancelled``. Sequence 0 holds the last
    prompt and reply, so that a prompt which begins like the last one is read only from where
    it differs, or a little before.

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
        stop: Callable[[], bool] = _NEVER.is_set,
    ) -> None:
        check_file(path)
        self._llama = native.library()
        self._turn = Turn()
        self._stop = stop
        self._held: list[int] = []
        self._firm = 0
        self._model: Any = None
        self._context: Any = None
        self._batch: Any = None
        self._warnings: list[str] = []
        # The library keeps pointers to these for as long as the model lives.
        self._abort = self._llama.ggml_abort_callback(lambda data: bool(self._stop()))
        self._progress = self._llama.llama_progress_callback(lambda part, data: not self._stop())
        try:
            self._load(path, options or LoadOptions())
        except BaseException:
            self.close()
            raise
        size = int(self._llama.llama_n_ctx(self._context))
        name = model_id or path.stem
        self._info = ModelInfo(
            name,
            size,
            fingerprint or f"{name}:{path.stat().st_size}",
            self._backend,
            tuple(self._warnings),
        )

    def _load(self, path: Path, options: LoadOptions) -> None:
        weights = path.stat().st_size
        here = machine.describe_machine()
        on_gpu = native.computes_on() == "GPU" and options.gpu_layers != 0
        if weights > here.memory and not on_gpu:
            raise ModelError(
                f"{path.name} needs {weights / 1e9:.1f} GB, and this machine has "
                f"{here.memory / 1e9:.1f} GB of memory.",
                hint="`longread models list` shows smaller models.",
            )
        layers = _ALL_LAYERS if options.gpu_layers < 0 else options.gpu_layers
        spare = here.available - weights
        why = self._open(path, options, layers, spare)
        if why and on_gpu and options.gpu_layers < 0:
            self._warnings.append(f"The GPU could not hold the model ({why}); the CPU computes.")
            on_gpu = False
            why = self._open(path, options, 0, spare)
        if why:
            raise ModelError(
                f"{path.name} could not be loaded: {why}.",
                hint="Try a smaller --context or a smaller model; `longread models verify` checks "
                "the file, `longread doctor` the machine.",
            )
        self._backend = "GPU" if on_gpu else "CPU"
        llama = self._llama
        self._memory = llama.llama_get_memory(self._context)
        self._batch = llama.llama_batch_init(machine.BATCH, 0, 1)
        raw = llama.llama_model_chat_template(self._model, None)
        self._template = raw.decode("utf-8", "replace") if raw else ""
        self._bos = self._special(llama.llama_vocab_bos(self._vocabulary))
        self._eos = self._special(llama.llama_vocab_eos(self._vocabulary))
        if problem := scaffold.problem(self._template, self._bos, self._eos):
            self._template = scaffold.CHATML
            self._warnings.append(
                f"The model's own chat template cannot be used ({problem}); ChatML is used instead."
            )

    def _open(self, path: Path, options: LoadOptions, layers: int, spare: int) -> str:
        """Load weights and make a context; returns why that failed, or nothing."""
        llama = self._llama
        self._release()
        native.take_reason()
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = layers
        parameters.progress_callback = self._progress
        self._model = llama.llama_model_load_from_file(os.fsencode(path), parameters)
        if self._stop():
            raise Cancelled("Stopped.")
        if not self._model:
            return native.take_reason() or "the library gives no reason"
        self._vocabulary = llama.llama_model_get_vocab(self._model)
        self._vocabulary_size = int(llama.llama_vocab_n_tokens(self._vocabulary))
        if not llama.llama_model_has_decoder(self._model) or not self._vocabulary_size:
            raise ModelDamaged(
                f"{path.name} is no model that writes text.",
                hint="`longread models list` shows models for answers.",
            )
        settings = llama.llama_context_default_params()
        settings.n_ctx = machine.choose_context(
            int(llama.llama_model_n_ctx_train(self._model)),
            self._token_bytes(),
            spare,
            options.context,
        )
        settings.n_batch = settings.n_ubatch = machine.BATCH
        settings.n_seq_max = MAX_SEQUENCES
        settings.kv_unified = True
        settings.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_AUTO
        settings.n_threads = settings.n_threads_batch = options.threads or machine.usable_cores()
        settings.abort_callback = self._abort
        self._context = llama.llama_init_from_model(self._model, settings)
        if self._context:
            return ""
        reason = native.take_reason()
        return f"there is no room for a context of {settings.n_ctx:,} tokens" + (
            f" ({reason})" if reason else ""
        )

    def _token_bytes(self) -> int:
        """Bytes that keys and values of a token take at most."""
        llama, model = self._llama, self._model
        heads = max(1, int(llama.llama_model_n_head(model)))
        width = int(llama.llama_model_n_embd(model)) * int(llama.llama_model_n_head_kv(model))
        return int(llama.llama_model_n_layer(model)) * width // heads * _KEY_AND_VALUE_BYTES

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._turn:
            self._check_open()
            return len(self._tokenize(text, special=False))

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._turn:
            tokens = self._prompt(messages)
            self._check_fit(len(tokens), sampling.max_tokens)
            logits, cached = self._read(tokens)
            yield from self._write(logits, tokens, cached, sampling)

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._turn:
            tokens = self._prompt(messages)
            self._check_fit(len(tokens), 1)
            logits, _ = self._read(tokens)
            chances = _softmax(logits)
            sums = [
                sum(float(chances[token]) for token in tokens)
                for tokens in self._first_tokens(choices)
            ]
        total = sum(sums)
        return [value / total for value in sums] if total else [1 / len(sums)] * len(sums)

    def close(self) -> None:
        """Release the model; safe to call twice, and while this thread reads a reply."""
        if self._turn.mine:
            self._release()
        else:
            with self._turn:
                self._release()

    def _release(self) -> None:
        if self._batch is not None:
            self._llama.llama_batch_free(self._batch)
        if self._context:
            self._llama.llama_free(self._context)
        if self._model:
            self._llama.llama_model_free(self._model)
        self._batch = self._context = self._model = None
        self._held, self._firm = [], 0

    def _check_open(self) -> None:
        if not self._context:
            raise ModelError("The model was closed.", hint="Open it again.")

    def _check_fit(self, prompt: int, reply: int) -> None:
        if prompt + reply > self._info.context:
            raise ContextFull(
                f"The prompt of {prompt:,} tokens and a reply of up to {reply:,} do not fit the "
                f"context of {self._info.context:,}.",
                hint="Ask for less evidence, or raise --context.",
            )

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        self._check_open()
        tokens: list[int] = []
        for piece in scaffold.render(self._template, messages, self._bos, self._eos):
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

    def _first_tokens(self, choices: Sequence[str]) -> list[set[int]]:
        """For each choice the tokens with which a reply of it may begin, capitalised or behind
        a space; those that two choices share tell nothing and are left out."""
        sets: list[set[int]] = []
        for choice in choices:
            words = {choice, choice.capitalize(), choice.lower()}
            forms = {form for word in words for form in (word, f" {word}")}
            spelled = (self._tokenize(form, special=False) for form in forms)
            sets.append({tokens[0] for tokens in spelled if tokens})
        counts = Counter(token for tokens in sets for token in tokens)
        return [{token for token in tokens if counts[token] == 1} for tokens in sets]

    def _read(self, tokens: list[int]) -> tuple[Logits, int]:
        """Bring the prompt into sequence 0; returns the last logits and what was cached.

        Tokens that were read in small batches, or written, are read again.
        """
        shared = 0
        most = min(len(tokens) - LEAST_BATCH, self._firm)
        while shared < most and tokens[shared] == self._held[shared]:
            shared += 1
        self._forget_from(shared // _ALIGNMENT * _ALIGNMENT)
        self._firm = shared = len(self._held)
        while len(self._held) < len(tokens):
            size = _batch_size(len(tokens) - len(self._held))
            self._decode(tokens[len(self._held) :][:size])
            self._firm += size if size >= LEAST_BATCH else 0
        return self._logits(), shared

    def _forget_from(self, position: int) -> None:
        del self._held[position:]
        self._firm = min(self._firm, position)
        if not self._llama.llama_memory_seq_rm(self._memory, 0, position, -1):
            # Recurrent models cannot forget their last tokens alone.
            self._llama.llama_memory_clear(self._memory, True)
            self._held, self._firm = [], 0

    def _decode(self, tokens: Sequence[int]) -> None:
        self._check_open()
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
        # How much of it was kept is unknown.
        self._forget_from(past)
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
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._llama.llama_token_to_piece(
                self._vocabulary, token, buffer, room, 0, False
            )
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def _special(self, token: int) -> str:
        raw = self._llama.llama_vocab_get_text(self._vocabulary, token) if token >= 0 else None
        return raw.decode("utf-8", "replace") if raw else ""


def _batch_size(rest: int) -> int:
    """How many of the remaining tokens to read at once, so that no small batch is left over."""
    if rest <= machine.BATCH:
        return rest
    return machine.BATCH if rest >= machine.BATCH + LEAST_BATCH else machine.BATCH // 2


def _softmax(logits: Logits) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    chances: NDArray[np.float64] = shifted / shifted.sum()
    return chances


def _sample(logits: Logits, temperature: float, generator: np.random.Generator) -> int:
    if temperature <= 0:
        return int(logits.argmax())
    return int(generator.choice(len(logits), p=_softmax(logits / temperature)))
