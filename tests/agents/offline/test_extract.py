"""The offline model's reading and writing."""

import pytest

from chatkit_link.agents.offline.extract import Transcript, keywords, sentences
from chatkit_link.agents.titles import plain_title


def ask(*questions: str) -> Transcript:
    return Transcript.read([{"role": "user", "content": question} for question in questions])


def test_a_question_of_its_own_is_searched_as_it_is() -> None:
    assert ask("How do I deploy it?", "Which search providers are there?").query == "Which search providers are there?"


def test_a_question_that_points_back_takes_the_words_of_the_one_before() -> None:
    assert "green" in ask("What is green tea?", "And how long does it steep?").query


def test_names_with_underscores_survive_quoting() -> None:
    text = "Set `OPENAI_API_KEY` and *DATABASE_URL* to run __it__ in production."
    assert sentences(text) == ["Set OPENAI_API_KEY and DATABASE_URL to run it in production."]


def test_code_and_headings_are_not_quoted() -> None:
    assert sentences(
        "# A heading of some length\n\n```\ncode that is long enough\n```\n\nA sentence worth quoting."
    ) == ["A sentence worth quoting."]


def test_words_without_meaning_are_no_keywords() -> None:
    assert keywords("How does an answer survive a reload?") == ["answer", "survive", "reload"]


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("What is a run?", "Run"),
        ("Hi! Can you tell me about green tea?", "Green tea"),
        ("how does an answer survive a reload?", "How does an answer survive a reload"),
        ("explain the citations", "Citations"),
        ("🍵", "🍵"),
        ("one two three four five six seven eight nine ten", "One two three four five six seven eight…"),
        ("first line\nsecond line", "First line"),
    ],
)
async def test_a_title_names_the_subject(message: str, title: str) -> None:
    assert await plain_title(message) == title
