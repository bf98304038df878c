"""What a written sentence rests on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from longread.reading.support import Ground, Piece

_IN_ANOTHER_PROCESS = """
import json, random
from longread.reading.support import Ground, Piece

chance = random.Random(3)
words = ["harbour", "captain", "lantern", "gauge", "letter", "parcel", "beacon", "quarry", "widow"]
texts = [" ".join(chance.sample(words, chance.randint(2, 5))) for _ in range(12)]
ground = Ground([Piece(text, (number,)) for number, text in enumerate(texts, 1)], "en")
said = [" ".join(chance.sample(words, 6)) for _ in range(60)]
print(json.dumps([ground.claim(sentence).passages for sentence in said]))
"""


def test_a_sentence_rests_on_the_piece_that_holds_most_of_it() -> None:
    pieces = [
        Piece("The captain lit the lantern at the quay.", (1, 2)),
        Piece("The widow sold her boat to the miller in spring.", (3,)),
    ]
    claim = Ground(pieces, "en").claim("In spring the widow sold her boat.")
    assert claim.passages == (3,)
    assert claim.supported
    assert not Ground(pieces, "en").claim("A pirate stole the bishop's violin.").supported


@pytest.mark.parametrize("seed", range(1, 5))
def test_ties_are_decided_alike_in_every_process(seed: int) -> None:
    """Python orders sets of words by a number by chance, new in each process."""

    def claims(hash_seed: int) -> list[list[int]]:
        done = subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[list[int]] = json.loads(done.stdout)
        return found

    assert claims(seed) == claims(0)
