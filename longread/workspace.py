"""What every command and screen works with: library, documents, model and embedder.

Turns what a user names (paths, folders, titles, ids, standard input, model ids) into
opened things, and closes them again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from longread.closing import Closing
from longread.config import Paths, Settings, load_settings, paths
from longread.errors import (
    DocumentNotFound,
    EngineCrashed,
    LibraryError,
    ModelError,
    ModelNotFound,
    SourceError,
    UsageError,
)
from longread.files import existing, path_of
from longread.stopping import never

if TYPE_CHECKING:
    from longread.engine.insight import Insight
    from longread.engine.protocol import Model
    from longread.memory.blocks import BlockMemory
    from longread.memory.library import Library
    from longread.memory.meaning import Embedder
    from longread.memory.records import DocumentRecord
    from longread.reading.pass_state import LookInProgress

OnStage = Callable[[str], None]
"""Gets what is being done now, in a few words."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line overrides; empty and zero mean the setting, or what is found."""

    model: str = ""
    endpoint: str = ""
    embedder: str = ""
    threads: int = 0
    gpu_layers: int | None = None
    context: int = 0
    budget: int | None = None
    window: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not become a document."""

    name: str
    error: SourceError | DocumentNotFound


@dataclass(slots=True)
class Workspace(Closing):
    """Opens each thing when it is first needed; a context manager that closes all of them.
    ``on_wait`` gets a sentence where another process that writes to the library is waited for."""

    options: Options = field(default_factory=Options)
    paths: Paths = field(default_factory=paths)
    on_wait: OnStage | None = None
    _settings: Settings | None = None
    _library: Library | None = None
    _model: Model | None = None
    _blocks: BlockMemory | None = None
    _embedder: Embedder | None = None
    _embedder_sought: bool = False
    _stack: ExitStack = field(default_factory=ExitStack)
    _model_stack: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Close all that was opened; safe to call twice."""
        self._close_model()
        self._stack.close()
        self._library = None

    def change(self, options: Options) -> None:
        """Go on with other options, and with the settings as they are now. The model is closed; the
        library stays open for who works with it."""
        self._close_model()
        self.options, self._settings, self._embedder_sought = options, None, False

    def _close_model(self) -> None:
        self._model_stack.close()
        self._model = self._blocks = None

    @property
    def settings(self) -> Settings:
        """The user's settings."""
        if self._settings is None:
            self._settings = load_settings(self.paths)
        return self._settings

    @property
    def endpoint(self) -> str:
        """The server that answers in place of a local model; empty where there is none."""
        return self.options.endpoint or ("" if self.options.model else self.settings.endpoint)

    @property
    def uses_endpoint(self) -> bool:
        """Whether an endpoint answers and no local model is needed."""
        return bool(self.endpoint)

    @property
    def library(self) -> Library:
        """The user's library, created when it does not exist yet."""
        if self._library is None:
            from longread.memory.library import Library

            opened = Library.open(self.paths.library, on_wait=self.on_wait)
            self._library = self._stack.enter_context(opened)
        return self._library

    @property
    def model(self) -> Model:
        """The chosen model, loaded.

        Raises:
            ModelNotFound: none is chosen and none is installed.
        """
        if self._model is None:
            self._model = self._open_model()
            self._model_stack.callback(self._model.close)
        return self._model

    @property
    def model_name(self) -> str:
        """The model that is chosen, be it there or not, or the one used where none is; empty
        where there is none."""
        from longread.engine.installed import current_model

        if name := self.options.model or self.settings.model:
            return name
        found = current_model(self.paths)
        return found.id if found is not None else ""

    @property
    def model_is_here(self) -> bool:
        """Whether the file of the model that is chosen, or used where none is, is there."""
        try:
            self.check_model()
        except ModelError:
            return False
        return True

    @property
    def model_file(self) -> Path:
        """The chosen model's GGUF file.

        Raises:
            ModelNotFound: none is chosen and none is installed.
        """
        return self._find_model()[0]

    def check_model(self) -> None:
        """See that the chosen model's file is there, before anything else is done.

        Raises:
            ModelNotFound: it is not, or none is chosen and none is installed.
        """
        file = self.model_file
        if existing(str(file)) is None:
            raise ModelNotFound(f"There is no model file {file}.", hint="Check the path.")

    def _find_model(self) -> tuple[Path, str, str]:
        """File, id and fingerprint of the chosen model; the last two may be empty."""
        from longread.engine.gguf import names_file

        name = self.options.model or self.settings.model
        if names_file(name):
            return path_of(name), "", ""
        from longread.engine.installed import find_model

        found = find_model(name, self.paths)
        # A file of the user's own may have been replaced since it was added.
        return found.path, found.id, "" if found.own else found.sha256

    def _served_model(self) -> str:
        """What the endpoint is asked for; empty where it is to choose.

        A model among the settings is meant for the endpoint beside it, unless it is one of this
        machine: those are chosen there by other commands.
        """
        if self.options.model or self.options.endpoint:
            return self.options.model
        from longread.engine.installed import is_local

        name = self.settings.model
        return "" if is_local(name, self.paths) else name

    def _open_model(self) -> Model:
        from longread.engine.open import open_model

        options, settings = self.options, self.settings
        endpoint = self.endpoint
        if endpoint:
            path, name, fingerprint = None, self._served_model(), ""
        else:
            path, name, fingerprint = self._find_model()
        model = open_model(
            path,
            endpoint=endpoint,
            model_id=name,
            fingerprint=fingerprint,
            threads=self.threads,
            gpu_layers=settings.gpu_layers if options.gpu_layers is None else options.gpu_layers,
            context=options.context or settings.context,
        )
        if name and not endpoint:
            from longread.engine.abilities import remember

            remember(model.info, self.paths)
        return model

    @property
    def threads(self) -> int:
        """CPU threads for what a model or an embedder computes; 0 where they are to be found from
        the machine."""
        return self.options.threads or self.settings.threads

    @property
    def budget(self) -> int:
        """The budget for blocks, in bytes."""
        return self.settings.budget if self.options.budget is None else self.options.budget

    @property
    def window(self) -> int:
        """Tokens that the reading pass sees behind its sinks."""
        return self.options.window or self.settings.window

    @property
    def insight(self) -> Insight:
        """Where to look inside the chosen model to rank passages; often nothing is known."""
        from longread.answering.looking_in import maker
        from longread.engine.insight import Insight, kept_probe
        from longread.engine.installed import attention_heads

        info = self.model.info
        _, probe = kept_probe(info.id, maker(info), self.paths)
        return Insight(attention_heads(info.id, self.paths), probe)

    def look_into_model(self) -> Generator[LookInProgress]:
        """Find out where to look inside the chosen model, unless that is known, while no other
        process asks; says how far it is.

        Raises:
            ModelNotFound: none is chosen and none is installed.
        """
        from longread.answering.looking_in import look_into, maker
        from longread.engine.insight import keep_probe, kept_probe
        from longread.engine.protocol import as_streaming
        from longread.memory.courtesy import somebody_asks

        info, streaming = self.model.info, as_streaming(self.model)
        if streaming is None or not info.blocks or not self.budget:
            return
        known, probe = kept_probe(info.id, maker(info), self.paths)
        if known:
            return
        try:
            probe = yield from look_into(streaming, lambda: somebody_asks(self.paths.data))
        except EngineCrashed:
            # Whatever it did to the process, it must not do it again at each start.
            probe = None
        except ModelError:
            return
        keep_probe(info.id, maker(info), probe, self.paths)

    def blocks(self, path: Path | None = None) -> BlockMemory | None:
        """What the chosen model has computed so far, in the user's own block memory or another
        file; None where it keeps no blocks, as an endpoint, or the budget is 0."""
        info = self.model.info
        if self._blocks is None and info.blocks and self.budget:
            from longread.engine.codec import Codec
            from longread.memory.blocks import BlockMemory
            from longread.reading.frame import prefix_digest

            settings = self.settings
            self._blocks = BlockMemory(
                path or self.paths.blocks,
                fingerprint=info.fingerprint,
                build=info.build,
                prefix=prefix_digest(),
                codec=Codec(
                    settings.key_bits, settings.value_bits, settings.kept_share, info.heads
                ),
                budget=self.budget,
            )
            self._model_stack.callback(self._blocks.close)
            if path is None:
                self._forget_unknown(self._blocks)
        return self._blocks

    def _forget_unknown(self, blocks: BlockMemory) -> None:
        """Drop the blocks of documents that were removed while a killed process read them."""
        kept = blocks.documents()
        unknown = kept - {record.id for record in self.library.documents()}
        if unknown:
            # Where another process writes, the next one does it.
            with suppress(LibraryError):
                blocks.forget(unknown)

    def has_model(self) -> bool:
        """Whether a model is there that answers and writes.

        Raises:
            ModelNotFound: one is named, and it is not there.
            ModelError: it cannot be used.
        """
        try:
            return bool(self.model)
        except ModelNotFound:
            if self.options.model or self.settings.model:
                raise
            return False

    def why_no_reading(self) -> str:
        """Why no model can read a text from beginning to end here; empty where one can."""
        if self.uses_endpoint:
            return "An endpoint answers: nothing can be kept of what it reads."
        if not self.budget:
            return "The budget for what a model computes is 0, so nothing is read with one."
        if not self.has_model():
            return "Indexed. No model is installed that could read it: `longread models list`."
        info = self.model.info
        return "" if info.blocks else f"What {info.id} computes cannot be kept."

    def embedder(self) -> Embedder | None:
        """The chosen embedder; None where it is switched off or not installed."""
        if not self._embedder_sought:
            from longread.memory.meaning import open_embedder

            name = self.options.embedder or self.settings.embedder
            self._embedder = open_embedder(name, threads=self.threads)
            self._embedder_sought = True
        return self._embedder

    def add(
        self,
        name: str,
        *,
        password: str | None = None,
        ocr: bool = False,
        on_stage: OnStage | None = None,
        stop: Callable[[], bool] = never,
    ) -> DocumentRecord:
        """One document by path, ``-`` for standard input, or by title or id.

        Raises:
            SourceError: the file could not become a document.
            DocumentNotFound: there is no such file, title or id.
            Cancelled: ``stop`` said so while a file was read.
        """
        if name == "-":
            data = sys.stdin.buffer.read()
            record, _ = self.library.ingest_bytes(
                data, "standard input", password=password, ocr=ocr, on_stage=on_stage
            )
            return record
        path = existing(name)
        if path is not None and path.is_file():
            record, _ = self.library.ingest(
                path, password=password, ocr=ocr, on_stage=on_stage, stop=stop
            )
            return record
        return self.library.resolve(name)

    def inputs(self, names: Sequence[str]) -> list[str]:
        """The names of single documents, with the files in folders for these.

        Raises:
            UsageError: there is none.
        """
        from longread.sources import gather

        wanted: list[str] = []
        for name in names:
            path = existing(name)
            wanted += map(str, gather([path])) if path and path.is_dir() else [name]
        if not wanted:
            raise UsageError(
                "There is no document in what was named.",
                hint="In folders, files are known by their endings: .epub, .pdf, .docx, .txt, ….",
            )
        return wanted

    def add_all(
        self,
        names: Sequence[str],
        *,
        password: str | None = None,
        ocr: bool = False,
        on_stage: OnStage | None = None,
        on_document: Callable[[int, int, str], None] | None = None,
    ) -> tuple[list[DocumentRecord], list[Failure]]:
        """Documents by paths, folders, titles or ids; a file that fails does not stop the
        others. ``on_document`` is told number, total and name before each.

        Raises:
            DocumentNotFound: a name stands for nothing; then no file has been read.
            UsageError: there is no document in what was named.
        """
        wanted = self.inputs(names)
        for name in names:
            if name != "-" and existing(name) is None:
                self.library.resolve(name)
        records: dict[str, DocumentRecord] = {}
        failures: list[Failure] = []
        for number, name in enumerate(wanted):
            if on_document is not None:
                on_document(number, len(wanted), name)
            try:
                record = self.add(name, password=password, ocr=ocr, on_stage=on_stage)
            except SourceError as error:
                failures.append(Failure(name, error))
            except DocumentNotFound as error:
                # In a folder, a link may lead nowhere, and a file go while others are read.
                if name in names:
                    raise
                failures.append(Failure(name, error))
            else:
                records.setdefault(record.id, record)
        return list(records.values()), failures
