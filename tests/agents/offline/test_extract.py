"""The offline model's reading and choosing."""

import json
from collections.abc import Mapping

from chatkit_link.agents.offline.extract import Transcript, keywords, write_answer

PASSAGE = """Put this into your page:

```html
<script src="https://chat.example.com/chatkit.js"></script>
```

1. Set `__Host-` cookies:
   - over HTTPS only
2. Then read on."""


def ask(*questions: str) -> Transcript:
    return Transcript.read([{"role": "user", "content": question} for question in questions])


def found(question: str, *results: Mapping[str, object]) -> str:
    """The answer to a question, of which a search has these results."""
    asked = [{"role": "user", "content": question}]
    numbered = [{"n": number, "title": "Title", **result} for number, result in enumerate(results, 1)]
    output = {"type": "function_call_output", "output": json.dumps({"results": numbered})}
    return write_answer(Transcript.read([*asked, output]))  # pyright: ignore[reportArgumentType] - plain dictionaries


def test_a_question_of_its_own_is_searched_as_it_is() -> None:
    assert ask("How do I deploy it?", "Which search providers are there?").query == "Which search providers are there?"


def test_a_question_that_points_back_takes_the_words_of_the_one_before() -> None:
    assert "green" in ask("What is green tea?", "And how long does it steep?").query


def test_a_passage_is_given_whole_and_as_it_was_written() -> None:
    answer = found("Which script do I put into my page?", {"title": "Embed › A page", "passage": PASSAGE})
    assert answer == f"### Embed › A page【1】\n\n{PASSAGE}"


def test_the_first_passage_that_has_what_was_asked_is_the_answer() -> None:
    answer = found(
        "How long does green tea steep?",
        {"title": "Coffee", "passage": "Coffee steeps for four minutes."},
        {"title": "Tea", "passage": "Green tea steeps for two minutes."},
        {"title": "More tea", "passage": "Green tea may steep long."},
    )
    assert answer == "### Tea【2】\n\nGreen tea steeps for two minutes."


def test_what_does_not_answer_is_no_answer_and_the_nearest_sources_are_named() -> None:
    answer = found("What is the capital of France?", {"title": "Money", "passage": "Capital is what one invests."})
    assert "found nothing that answers “What is the capital of France?”" in answer
    assert "- Money【1】" in answer
    assert "invests" not in answer


def test_snippets_of_the_web_are_quotations_under_their_titles() -> None:
    answer = found(
        "Green tea?", {"title": "A", "snippet": "Green tea is green."}, {"title": "B", "snippet": "Nothing."}
    )
    assert answer.startswith("### A【1】\n\n> Green tea is green.")
    assert "Nothing." not in answer


def test_what_looks_like_a_citation_in_a_document_is_not_one_of_the_answer() -> None:
    answer = found("How is a source cited?", {"passage": "A source is cited by the mark 【3】 behind a sentence."})
    assert "【3】" not in answer
    assert "3】 behind a sentence." in answer


def test_a_page_is_quoted_in_whole_blocks_from_the_passage_on() -> None:
    code = "```python\none = 1\n\ntwo = 2\n```"
    text = f"## Steps\n\nFirst:\n\n{code}\n\n{'word ' * 600}"
    page = {"type": "function_call_output", "output": json.dumps({"n": 4, "title": "Page", "text": text})}
    answer = write_answer(Transcript.read([{"role": "user", "content": "Steps?"}, page]))  # pyright: ignore[reportArgumentType]
    assert answer == f"### Steps【4】\n\nFirst:\n\n{code}"


def test_words_without_meaning_are_no_keywords() -> None:
    assert keywords("How does an answer survive a reload?") == ["answer", "survive", "reload"]
