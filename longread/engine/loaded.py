"""A model's weights and vocabulary in memory: what every context of it shares."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from longread.engine import native, scaffold
from longread.engine.protocol import Message, Part
from longread.errors import Cancelled, ModelDamaged

Runs = Sequence[tuple[list[int], Part | None]]
"""A prompt as runs of tokens, each with the part of a message that it is, if any."""

_BYTES = 2


class NotLoaded(Exception):
    """The library could not load the file; the message says why, and ``hint`` what to do."""

    hint = (
        "Try another or a smaller model, or a newer llama-cpp-python where this one does not know "
        "it; `longread models verify` checks the file, `longread doctor` the machine."
    )


class LoadedModel:
    """Weights and vocabulary of a GGUF file, with ``layers`` of it on the GPU.

    ``token_bytes`` is what keys and values of a token take at most, ``heads`` how many heads they
    have a layer, ``query_heads`` and ``layers`` how many of those there are. ``trained_context`` is
    how many tokens it was trained on at once. ``handle`` and ``vocabulary`` are the library's own,
    for contexts. ``warnings`` are sentences on what was worked around.

    Raises:
        NotLoaded: the library refuses the file.
        ModelDamaged: it is no model that writes text.
        Cancelled: ``stop`` said so.
    """

    def __init__(self, path: Path, layers: int, stop: Callable[[], bool]) -> None:
        self._llama = llama = native.library()
        self.on_gpu = layers != 0 and native.computes_on() == "GPU"
        native.take_reason()
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = layers
        # The library keeps a pointer to it for as long as the model lives.
        self._progress = llama.llama_progress_callback(lambda part, data: not stop())
        parameters.progress_callback = self._progress
        self.handle = llama.llama_model_load_from_file(os.fsencode(path), parameters)
        if stop():
            self.close()
            raise Cancelled("Stopped.")
        if not self.handle:
            raise NotLoaded(native.take_reason() or "the library gives no reason")
        self.vocabulary = llama.llama_model_get_vocab(self.handle)
        if not llama.llama_model_has_decoder(self.handle) or not llama.llama_vocab_n_tokens(
            self.vocabulary
        ):
            self.close()
            raise ModelDamaged(
                f"{path.name} is no model that writes text.",
                hint="`longread models list` shows models for answers.",
            )
        self.trained_context = int(llama.llama_model_n_ctx_train(self.handle))
        self.layers = int(llama.llama_model_n_layer(self.handle))
        self.query_heads = max(1, int(llama.llama_model_n_head(self.handle)))
        self.heads = int(llama.llama_model_n_head_kv(self.handle))
        width = int(llama.llama_model_n_embd(self.handle)) // self.query_heads
        architecture = self._fact("general.architecture")
        sizes = (self._fact(f"{architecture}.attention.{kind}_length") for kind in ("key", "value"))
        width = sum(int(size) if size.isdecimal() else width for size in sizes)
        self.token_bytes = self.layers * self.heads * width * _BYTES
        self.warnings: list[str] = []
        self._read_template()

    def close(self) -> None:
        """Release it, after its contexts; safe to call twice."""
        if self.handle:
            self._llama.llama_model_free(self.handle)
        self.handle = None

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of a text; its control tokens count only where ``special`` is set."""
        return native.tokenize(self.vocabulary, text, special=special)

    def prompt(self, messages: Sequence[Message]) -> list[tuple[list[int], Part | None]]:
        """A conversation as ``Runs``, up to where the assistant's next turn begins.

        Those of scaffolding and of plain texts have no part.
        """
        runs: list[tuple[list[int], Part | None]] = []
        for piece in scaffold.render(self._template, messages, self._bos, self._eos):
            runs.append((self.tokenize(piece.text, special=piece.special), piece.part))
        begin = int(self._llama.llama_vocab_bos(self.vocabulary))
        wanted = self._llama.llama_vocab_get_add_bos(self.vocabulary)
        if wanted and [tokens[:1] for tokens, _ in runs[:1]] != [[begin]]:
            runs.insert(0, ([begin], None))
        return runs

    def piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._llama.llama_token_to_piece(self.vocabulary, token, buffer, room, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def ends_reply(self, token: int) -> bool:
        """Whether a token ends the assistant's turn."""
        return bool(self._llama.llama_vocab_is_eog(self.vocabulary, token))

    def _read_template(self) -> None:
        llama = self._llama
        raw = llama.llama_model_chat_template(self.handle, None)
        self._template = raw.decode("utf-8", "replace") if raw else ""
        self._bos = self._special(llama.llama_vocab_bos(self.vocabulary))
        self._eos = self._special(llama.llama_vocab_eos(self.vocabulary))
        if problem := scaffold.problem(self._template, self._bos, self._eos):
            self._template = scaffold.CHATML
            self.warnings.append(
                f"The model's own chat template cannot be used ({problem}); ChatML is used instead."
            )

    def _fact(self, name: str) -> str:
        """What the file says under a name; empty where it says nothing."""
        buffer = ctypes.create_string_buffer(64)
        count = self._llama.llama_model_meta_val_str(
            self.handle, name.encode(), buffer, len(buffer)
        )
        return buffer.value.decode("utf-8", "replace") if count >= 0 else ""

    def _special(self, token: int) -> str:
        raw = self._llama.llama_vocab_get_text(self.vocabulary, token) if token >= 0 else None
        return raw.decode("utf-8", "replace") if raw else ""
