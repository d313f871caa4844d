"""Titles: those that are made without a model, and what is left of a model's."""

import pytest

from chatkit_link.agents.titles import plain_title, tidy_title


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("What is a run?", "What is a run?"),
        ("Hi! Can you tell me about green tea?", "Green tea"),
        ("how does an answer survive a reload?", "How does an answer survive a reload?"),
        ("explain the citations", "Citations"),
        ("🍵", "🍵"),
        ("one two three four five six seven eight nine ten", "One two three four five six seven eight…"),
        ("How do I use the chat in the page of a shop that sells tea?", "How do I use the chat…"),
        ("first line\nsecond line", "First line"),
        ("## A plan\n\nfor the week", "A plan"),
        ("In this report, we look at the sales of tea. They rose.", "Sales of tea"),
        ("I have a Postgres on Railway. Which address do I give?", "Which address do I give?"),
        ("I have a Postgres on Railway. How do I connect it?", "I have a Postgres on Railway"),
        ("緑茶とは何ですか？詳しく教えてください。", "緑茶とは何ですか？"),
    ],
)
async def test_a_title_is_the_question_or_names_the_subject(message: str, title: str) -> None:
    assert await plain_title(message) == title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("In this report: the sales of tea.", "Sales of tea"),
        ("**Title: Steeping green tea**", "Steeping green tea"),
        ("iPhone prices", "iPhone prices"),
        ("Why is the sky blue?", "Why is the sky blue?"),
    ],
)
def test_a_models_title_is_tidied(written: str, title: str) -> None:
    assert tidy_title(written) == title
