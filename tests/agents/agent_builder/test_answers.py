"""What is an answer and what is a step, where several agents could be the one that answers."""

import json
from pathlib import Path

from tests.agents.agent_builder.answers import ANSWERS
from tests.agents.agent_builder.talk import MakeSettings, Talk, talks
from tests.agents.agent_builder.twins import said
from tests.model_server import Call, Fail, Say

BAD, GOOD = said(approved=False, advice="Longer."), said(approved=True, advice="")


async def test_of_several_agents_the_right_one_answers_and_no_text_is_lost_or_doubled(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with talks(make_settings, tmp_path, ANSWERS) as all_talks:
        for name, talk in all_talks.items():
            await CASES[name](talk)
    assert set(CASES) == set(all_talks)


async def text_then_fields_then_text(talk: Talk) -> None:
    shown = await talk.say("Go", Say("A draft."), TABLE, Say("The end."))
    assert shown.messages == ["The end."]
    assert [title for title, _ in shown.steps] == ["Writer", "Tabler", "Editor"]
    again = await talk.say("Again", Say("A draft."), TABLE, Say("Another end."))
    assert "The end." in again.seen_by(0)


async def one_field(talk: Talk) -> None:
    text = '# Tea\n\n- "green" 🎉\n- back\\slash\n\n```\n{"a": [1]}\n```'
    shown = await talk.say("Go", said(pages=2, summary=text))
    assert shown.messages == [text]
    assert shown.deltas > 5
    assert "pages" not in json.dumps([event.model_dump(mode="json") for event in shown.stream.events])
    again = await talk.say("More", Say('{"summary": "Short", "pages": 1}'))
    assert again.messages == ["Short"]
    assert again.seen_by(0).count("back") == 1


async def fields_then_title(talk: Talk) -> None:
    shown = await talk.say("Go", TABLE, said(title="A title"))
    (text,) = shown.messages
    assert text.startswith("- **Title**: Teas\n\n**Body**\n\n## Green\n\n- two minutes\n\n**Rows**\n\n| Name |")
    assert text.endswith("\n| Green | 2 |\n| Black | 3 |")


async def assembled(talk: Talk) -> None:
    shown = await talk.say("Go", Say("The start."), Say("The end."))
    assert shown.messages == ["# Both\n\nThe start.\n\nThe end."]
    again = await talk.say("Again", Say("Start."), Say("End."))
    assert [again.seen_by(0).count(each) for each in ("The start.", "The end.")] == [1, 1]


async def at_once(talk: Talk) -> None:
    shown = await talk.say("Go", Say("Left."), Say("Left."))
    assert shown.messages == ["Left. Left."]


async def either(talk: Talk) -> None:
    assert (await talk.say("tea", Say("From the writer."))).messages == ["From the writer."]
    assert (await talk.say("water", Say("From the editor."))).messages == ["From the editor."]


async def through_a_function(talk: Talk) -> None:
    shown = await talk.say("Go", Say("A draft."), Say("The end."), said(title="A title"))
    assert shown.messages == ["The end."]
    assert shown.steps == [("Writer", "A draft."), ("Editor", None), ("Titler", "- **Title**: A title")]
    assert shown.deltas > 5


async def each_section(talk: Talk) -> None:
    shown = await talk.say("Go", Say("First part."), said(title="A"), Say("Second part."), said(title="B"))
    assert shown.messages == ["First part.", "Second part."]


async def sorted_by_words(talk: Talk) -> None:
    shown = await talk.say("Which?", Say("Tea"), Say("Green tea."))
    assert shown.messages == ["Green tea."]
    other = await talk.say("Which?", Say("Water"))
    assert other.messages == ["This was sorted as “Water”, and nothing more happens with it."]


async def sorted_by_type(talk: Talk) -> None:
    assert (await talk.say("Which?", said(kind="tea"), Say("Green tea."))).messages == ["Green tea."]
    other = await talk.say("Which?", said(kind="coffee"))
    assert other.messages == ["This was sorted as “coffee”, and nothing more happens with it."]


async def checked_by_words(talk: Talk) -> None:
    shown = await talk.say("Go", Say("Too short"), Say("Longer, please."), Say("Long enough"), Say("APPROVED"))
    assert shown.messages == ["Long enough"]


async def structured_drafts(talk: Talk) -> None:
    drafts = said(summary="Short", pages=1), said(summary="Long enough", pages=2)
    shown = await talk.say("Go", drafts[0], BAD, drafts[1], GOOD)
    assert shown.messages == ["Long enough"]


async def draft_then_sent(talk: Talk) -> None:
    shown = await talk.say("Please send it", Say("Short"), BAD, Say("Long enough"), GOOD, Say("It is sent."))
    assert shown.messages == ["Long enough", "It is sent."]
    failed = await talk.say("Once more", Say("A text."), *[Fail(500)] * 3)
    assert failed.messages == ["A text."], "what was written is not lost"
    again = await talk.retry(GOOD)
    assert again.messages == ["A text."]
    assert len(again.asked) == 1, "the text is not paid for twice"


async def in_a_tool(talk: Talk) -> None:
    shown = await talk.say("Go", Call("research", {"topic": "tea"}), Say("Found."), Say("Tea is found."))
    assert shown.messages == ["Tea is found."]


TABLE = said(
    title="Teas",
    body="## Green\n\n- two minutes",
    rows=[{"name": "Green", "time": "2"}, {"name": "Black", "time": "3"}],
)
CASES = {
    each.__name__.replace("_", "-"): each
    for each in (
        text_then_fields_then_text, one_field, fields_then_title, assembled, at_once, either, through_a_function,
        each_section, sorted_by_words, sorted_by_type, checked_by_words, structured_drafts, draft_then_sent, in_a_tool,
    )
}  # fmt: skip
