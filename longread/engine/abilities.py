"""What a model's cache can do, as the library said when the model was last loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from longread.config import Paths, paths
from longread.engine.protocol import ModelInfo, Streaming
from longread.files import keep, kept

_WAYS: dict[Streaming, str] = {
    "shift": "reads texts of any length through a sliding window with attention sinks",
    "windows": "its cache cannot be moved (M-RoPE or hybrid): reads in separate windows",
    "plain": "recurrent: reads texts of any length as it is",
    "none": "answers only: it runs elsewhere",
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """How a long text goes through a model, and whether its blocks can be kept; ``build`` is
    what was asked."""

    streaming: Streaming
    blocks: bool
    build: str

    @property
    def sentence(self) -> str:
        """For a person."""
        kept = "" if self.blocks else "; what it computed cannot be kept for answers"
        return _WAYS[self.streaming] + (kept if self.streaming != "none" else "")


def remember(info: ModelInfo, where: Paths | None = None) -> Abilities:
    """Note what a loaded model can do."""
    found = Abilities(info.streaming, info.blocks, info.build)
    keep(_file(where), info.id, asdict(found))
    return found


def recall(model_id: str, where: Paths | None = None) -> Abilities | None:
    """What is known of a model; None where it was not loaded yet."""
    known = kept(_file(where)).get(model_id)
    if not isinstance(known, dict) or known.get("streaming") not in _WAYS:
        return None
    return Abilities(known["streaming"], bool(known.get("blocks")), str(known.get("build")))


def _file(where: Paths | None) -> Path:
    return (where or paths()).models / "abilities.json"
