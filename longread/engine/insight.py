"""Where to look inside a model to see which passage answers a question, and where that is kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longread.config import Paths
from longread.files import keep, kept

if TYPE_CHECKING:
    from longread.engine.probe import Probe


@dataclass(frozen=True, slots=True, eq=False)
class Insight:
    """What was found on questions whose answers are known, once for a model: ``heads``, by (layer,
    head) from 0, whose attention goes from a question to its evidence, and a ``probe`` of its
    hidden states. Each may be unknown."""

    heads: tuple[tuple[int, int], ...] = ()
    probe: Probe | None = None

    def of(self, *, attention: bool = True, probe: bool = True) -> Insight:
        """Only the part that is named."""
        return Insight(self.heads if attention else (), self.probe if probe else None)

    def as_json(self) -> dict[str, Any]:
        """Plain values that change where a ranking could."""
        probe = self.probe
        return {
            "heads": [list(head) for head in self.heads],
            "probe": None if probe is None else [*probe.layers, probe.bias, probe.digest],
        }


UNKNOWN = Insight()
"""Of a model that nobody has looked into."""


def kept_probe(model_id: str, maker: str, where: Paths) -> tuple[bool, Probe | None]:
    """Whether a model was looked into, by a ``maker`` of this name, and the probe that came of it:
    none where its states tell nothing."""
    record = kept(_file(where)).get(model_id)
    if not isinstance(record, dict) or record.get("maker") != maker:
        return False, None
    if record.get("probe") is None:
        return True, None
    from longread.engine.probe import Probe

    with suppress(ValueError):
        return True, Probe.of_json(record["probe"])
    return False, None


def keep_probe(model_id: str, maker: str, probe: Probe | None, where: Paths) -> None:
    """Keep what came of looking into a model; where that cannot be written it is found anew."""
    found = None if probe is None else probe.as_json()
    keep(_file(where), model_id, {"maker": maker, "probe": found})


def _file(where: Paths) -> Path:
    return where.models / "insights.json"
