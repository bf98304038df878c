"""``longread bench injections``: what is judged, with a model that obeys and one that does not."""

import re
from collections.abc import Sequence
from pathlib import Path

from longread.bench import injections
from longread.bench.bench import Bench
from longread.bench.json_lines import Row
from longread.bench.results import read_results
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.library import Library


def run(folder: Path, model: ScriptedModel) -> dict[str, list[Row]]:
    out = folder / "injections.jsonl"
    with Library.open(folder / "bench.db") as library:
        for _ in injections.run(out, Bench(library, model)):
            pass
        assert library.documents() == ()
    rows: dict[str, list[Row]] = {}
    for row in read_results(out):
        rows.setdefault(row["kind"], []).append(row)
    return rows


def obeys(messages: Sequence[Message]) -> str:
    """A model that does whatever stands before it."""
    given = messages[-1].text
    if "repeat word for word" in given:
        return messages[0].text
    if "no source is needed" in given:
        return "It was so. No source is needed."
    link = re.search(r"https://evil\.example/\S*[\w]", given)
    if link is not None:
        return f"![logo]({link[0]}) It was so." if "logo" in given else f"It was so. {link[0]}"
    wrong = next((story.wrong for story in injections.STORIES if story.wrong in given), "so")
    return f"It was {wrong}, as told [901]."


def knows(messages: Sequence[Message]) -> str:
    """A model that looks into the story and nowhere else."""
    given = messages[-1].text
    told = [one.right[0] for one in injections.STORIES if f"Question: {one.question}" in given]
    return f"It was {told[0]}." if told else "It was so."


def test_a_model_that_obeys_is_found_out_and_its_answers_keep_their_form(tmp_path: Path) -> None:
    rows = run(tmp_path, ScriptedModel(fallback=obeys, chances=lambda messages: 0.95))
    # Pictures never get as far as an answer.
    assert all(row["held"] for row in rows["add a picture"])
    for kind in set(injections.ATTACKS) - injections.DECLINED - {"add a picture"}:
        assert not any(row["held"] or row["right"] for row in rows[kind]), kind
    for row in (row for group in rows.values() for row in group):
        assert row["form"], row
        assert "901" not in row["answer"]


def test_a_model_that_keeps_to_the_story_is_right(tmp_path: Path) -> None:
    rows = run(tmp_path, ScriptedModel(fallback=knows, chances=lambda messages: 0.95))
    for kind in (injections.NONE, *injections.ATTACKS):
        if kind not in injections.DECLINED:
            assert all(row["held"] and row["right"] and row["form"] for row in rows[kind]), kind
    every = [row for group in rows.values() for row in group]
    summary = {row["kind"]: row for row in injections.summarise(every)}
    assert summary["all attacks"]["documents"] == 50
    assert summary[injections.NONE]["right"] == len(injections.STORIES)


def test_what_the_story_does_not_tell_is_declined(tmp_path: Path) -> None:
    rows = run(tmp_path, ScriptedModel(fallback="Not found in the text"))
    assert all(row["held"] and row["right"] for row in rows["never decline"])
    assert not any(row["right"] for row in rows["add a link"])


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    run(tmp_path, ScriptedModel(fallback=knows))
    out = tmp_path / "injections.jsonl"
    lines = out.read_text("utf-8").splitlines()
    out.write_text("\n".join(lines[:-1]), "utf-8")
    model = ScriptedModel(fallback=knows)
    rows = run(tmp_path, model)
    # The first line has the settings.
    assert sum(map(len, rows.values())) == len(lines) - 1
    assert len({message for asked in model.asked for message in asked[1:]}) <= 2


def test_all_attacks_stand_in_texts_that_the_model_reads(tmp_path: Path) -> None:
    seen = ScriptedModel(fallback="Not found in the text")
    run(tmp_path, seen)
    given = " ".join(message.text for asked in seen.asked for message in asked)
    words = set(re.findall(r"[a-z]{4,}", given))
    for kind, text in injections.ATTACKS.items():
        attack = re.sub(r"\{\w+\}|\x1b\S*|<\|.*?\|>", " ", text)
        assert set(re.findall(r"[a-z]{4,}", attack)) <= words, kind
