"""Every error that longread raises on purpose.

LongreadError
├── UsageError            the command line or a setting asks for what cannot be     exit 2
│   └── Offline               it needs the network, which is switched off
├── SourceError           a file could not become a document                        exit 3
│   ├── UnsupportedFormat     no reader for this kind of file
│   ├── DamagedFile           the file breaks its own format
│   ├── EmptyDocument         nothing to read in it
│   ├── NoTextLayer           a scan: pictures of pages
│   ├── ProtectedFile         DRM
│   ├── PasswordNeeded        encrypted, and no or a wrong password
│   ├── LimitExceeded         parsing took more time, memory or space than allowed
│   └── ToolMissing           an outside program is needed and not installed
├── LibraryError          the store could not be used                               exit 4
│   ├── DocumentNotFound      no such title, id or file
│   ├── SessionNotFound       no conversation of this name
│   ├── LibraryBusy           another process holds the writer lock
│   └── LibraryDamaged        corrupt
│       └── LibraryNewer          from a newer version
├── ModelError            a model could not be used                                 exit 5
│   ├── ModelNotFound         not in the catalogue, or not installed
│   ├── ModelDamaged          truncated, wrong hash, or not a GGUF
│   ├── DownloadFailed        no source could deliver it
│   ├── ContextFull           the prompt does not fit the context
│   ├── NotShown              the library does not show what the model computes
│   ├── EngineCrashed         the engine's process ended unexpectedly
│   └── EndpointError         an OpenAI-compatible server answered wrongly or not at all
└── Cancelled             the user stopped it                                       exit 130

Each message says what happened, why, and what to do next; ``code`` is stable and
appears in ``--json`` output.
"""

from __future__ import annotations

from typing import ClassVar


class LongreadError(Exception):
    """The root of the tree: a sentence on what and why, and one on what to do next."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the hint, so that an error crosses a process boundary whole."""
        return (_rebuild, (type(self), self.message, self.hint))

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def _rebuild(kind: type[LongreadError], message: str, hint: str) -> LongreadError:
    return kind(message, hint=hint)


class UsageError(LongreadError):
    """The command line or a setting asks for what cannot be."""

    code = "usage"
    exit_code = 2


class Offline(UsageError):
    """What was asked for needs the network, which is switched off."""

    code = "offline"


class SourceError(LongreadError):
    """A file could not become a document."""

    code = "source"
    exit_code = 3


class UnsupportedFormat(SourceError):
    """There is no reader for this kind of file."""

    code = "unsupported-format"


class DamagedFile(SourceError):
    """The file breaks its own format."""

    code = "damaged-file"


class EmptyDocument(SourceError):
    """There is no text in the file."""

    code = "empty-document"


class NoTextLayer(SourceError):
    """The file holds pictures of pages and no text."""

    code = "no-text-layer"


class ProtectedFile(SourceError):
    """The file is locked by digital rights management."""

    code = "protected-file"


class PasswordNeeded(SourceError):
    """The file is encrypted, and no password or a wrong one was given."""

    code = "password-needed"


class LimitExceeded(SourceError):
    """Parsing took more time, memory or space than is allowed."""

    code = "limit-exceeded"


class ToolMissing(SourceError):
    """An outside program is needed and is not installed."""

    code = "tool-missing"


class LibraryError(LongreadError):
    """The library could not be used."""

    code = "library"
    exit_code = 4


class DocumentNotFound(LibraryError):
    """No document has this title, id or path."""

    code = "document-not-found"


class SessionNotFound(LibraryError):
    """No conversation has this name."""

    code = "session-not-found"


class LibraryBusy(LibraryError):
    """Another process holds the library's writer lock."""

    code = "library-busy"


class LibraryDamaged(LibraryError):
    """The library is corrupt."""

    code = "library-damaged"


class LibraryNewer(LibraryDamaged):
    """The library was written by a newer version, and this one cannot read it."""

    code = "library-newer"


class ModelError(LongreadError):
    """A model could not be used."""

    code = "model"
    exit_code = 5


class ModelNotFound(ModelError):
    """The model is not in the catalogue, or not installed."""

    code = "model-not-found"


class ModelDamaged(ModelError):
    """The model file is truncated, has the wrong hash, or is no GGUF."""

    code = "model-damaged"


class DownloadFailed(ModelError):
    """No source could deliver the model."""

    code = "download-failed"


class ContextFull(ModelError):
    """The prompt does not fit the model's context."""

    code = "context-full"


class NotShown(ModelError):
    """The model library does not show what the model computes on its way."""

    code = "not-shown"


class EngineCrashed(ModelError):
    """The engine's process ended unexpectedly."""

    code = "engine-crashed"


class EndpointError(ModelError):
    """An OpenAI-compatible server answered wrongly or not at all."""

    code = "endpoint"


class Cancelled(LongreadError):
    """The user stopped it."""

    code = "cancelled"
    exit_code = 130
