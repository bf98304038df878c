"""Opens a model: a GGUF file in the engine's process, or an endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from longread.errors import UsageError

if TYPE_CHECKING:
    from longread.engine.protocol import Model


def open_model(
    path: Path | None,
    *,
    endpoint: str = "",
    model_id: str = "",
    fingerprint: str = "",
    threads: int = 0,
    gpu_layers: int = -1,
    context: int = 0,
) -> Model:
    """Load a model. An endpoint wins over a path.

    ``fingerprint`` is the weights' hash where it is known; else one of parts of them is taken.
    0 threads and 0 context mean what the machine suggests, -1 GPU layers all that fit.

    Raises:
        UsageError: neither is given.
        ModelNotFound, ModelDamaged, EndpointError: it cannot be used.
    """
    if endpoint:
        from longread.engine.endpoint import EndpointModel

        return EndpointModel(endpoint, model_id=model_id, context=context)
    if path is None:
        raise UsageError("No model is named.", hint="`longread models list` shows them.")
    from longread.engine.options import LoadOptions
    from longread.engine.process import ProcessModel

    options = LoadOptions(threads, gpu_layers, context)
    return ProcessModel(path, model_id=model_id, fingerprint=fingerprint, options=options)
