"""Thoughts between tags in a model's text, cut into pieces anywhere."""

import pytest

from chatkit_link.agents.models.think_tags import ThoughtSplitter, answer_of

#: text -> the thoughts, the answer.
TEXTS = {
    "<think>plan</think>\n\nanswer": ("plan", "answer"),
    "  \n<think>\nplan\n</think>": ("\nplan\n", ""),
    "<THINK>plan</Think>answer": ("plan", "answer"),
    "<thinking>plan</thinking>answer": ("plan", "answer"),
    "[THINK]plan[/THINK]answer": ("plan", "answer"),
    "◁think▷plan◁/think▷answer": ("plan", "answer"),
    "<|channel|>analysis<|message|>plan<|end|><|start|>assistant<|channel|>final<|message|>answer": ("plan", "answer"),
    # The opening tag was in the prompt.
    "plan\nmore\n</think>\n\nanswer": ("plan\nmore\n", "answer"),
    "</think>\n\nanswer": ("", "answer"),
    # Several in one message.
    "<think>a</think>one <think>b</think>two": ("ab", "one two"),
    # An answer that mentions the tags.
    "hello <think> there": ("", "hello <think> there"),
    "Close it with `</think>`.": ("", "Close it with `</think>`."),
    "Write:\n```\n</think>\n```\nThat is all.": ("", "Write:\n```\n</think>\n```\nThat is all."),
    "<think>a</think>Use `<think>` so.": ("a", "Use `<think>` so."),
    # Never closed: it can be read all the same.
    "<think> is a tag that models use.": (" is a tag that models use.", "<think> is a tag that models use."),
    "<thi": ("", "<thi"),
    "": ("", ""),
    "a < b </ c": ("", "a < b </ c"),
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("text", TEXTS)
def test_thoughts_and_answer_are_separated(text: str, size: int) -> None:
    splitter, thought, answer = ThoughtSplitter(), "", ""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    for split in [*map(splitter.feed, pieces), splitter.finish()]:
        if split.recall:
            thought, answer = answer + split.thought, split.answer
        else:
            thought, answer = thought + split.thought, answer + split.answer
    assert (thought, answer) == TEXTS[text]
    assert answer_of(text) == answer
