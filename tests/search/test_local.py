"""Local search as a user meets it: questions in plain language, over a folder of files."""

import os
from pathlib import Path

import pytest

from chatkit_link.search.folder import sync_folder
from chatkit_link.search.local import LocalSearch
from chatkit_link.search.provider import SearchResult
from chatkit_link.store.documents import Documents

ADDRESS = "http://127.0.0.1:8000"

RUNS = """---
title: ignored front matter
---
# Runs

A run is one answer being written. It belongs to a thread.

## When a page is reloaded

The answer is written by a task of its own, not by the request that asked for it. So an answer
survives a **reload**: the page comes back and asks for the [events](#events) after the last one it saw.
Nothing is lost.

## Stopping

`POST /runs/{id}/cancel` stops a run. What was written so far is kept.

| Setting | Meaning |
| --- | --- |
| `CHATKIT_LINK_DRAIN` | Seconds a stopping server waits |
"""

SETTINGS = """# Settings

Every setting is an environment variable.

## Database

Set `DATABASE_URL` to use a PostgreSQL server of your own. Without it an embedded one runs in the data folder.

## Search

The event `thread.item.added` comes before `thread.item.done`. Use SEARXNG_URL for your own SearXNG.
"""

HTML = """<!doctype html><html><head><title>Pricing &amp; plans</title><script>alert("reload survive")</script></head>
<body><nav>Home About reload</nav><main><h1>Pricing</h1><p>It is <b>free</b> software under Apache-2.0.</p>
<h2>Support</h2><p>Ask in the forum.</p></main></body></html>"""

RST = """Deploying
=========

Run the container behind a proxy.

Railway
-------

Railway builds the Dockerfile and checks the health route.
"""


@pytest.fixture
async def local(documents: Documents, tmp_path: Path) -> LocalSearch:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "runs.md").write_text(RUNS)
    (tmp_path / "settings.markdown").write_text(SETTINGS)
    (tmp_path / "pricing.html").write_text(HTML)
    (tmp_path / "deploy.rst").write_text(RST)
    (tmp_path / "notes.txt").write_text("Meeting notes.\n\nThe zebra crossed the road twice.\n")
    (tmp_path / "picture.png").write_bytes(b"not a document, zebra")
    await sync_folder(documents, tmp_path)
    return LocalSearch(documents, address=ADDRESS)


async def find(local: LocalSearch, question: str, limit: int = 8) -> list[SearchResult]:
    return [found async for found in local.search(question, limit=limit) if isinstance(found, SearchResult)]


async def test_a_question_in_plain_language_finds_the_section_that_answers_it(local: LocalSearch) -> None:
    first = (await find(local, "How does an answer survive a reload?"))[0]
    assert first.title == "Runs › When a page is reloaded"
    assert first.url == f"{ADDRESS}/documents/guide/runs.md#when-a-page-is-reloaded"
    assert first.site == "runs.md"
    assert first.published is not None


async def test_a_snippet_is_readable_sentences_without_markdown(local: LocalSearch) -> None:
    first = (await find(local, "How does an answer survive a reload?"))[0]
    assert first.snippet == (
        "So an answer survives a reload: the page comes back and asks for the events after the last one it saw. "
        "Nothing is lost."
    )


@pytest.mark.parametrize(
    ("question", "anchor"),
    [
        ("DATABASE_URL", "database"),
        ("database_url", "database"),
        ("what is thread.item.added", "search"),
        ("item.added", "search"),
        ("CHATKIT_LINK_DRAIN", "stopping"),
        ("drain setting", "stopping"),
        ("which settings stop a server?", "stopping"),
    ],
)
async def test_identifiers_are_found_whole_and_by_their_parts(local: LocalSearch, question: str, anchor: str) -> None:
    assert (await find(local, question))[0].url.endswith("#" + anchor)


async def test_other_forms_of_a_word_are_found(local: LocalSearch) -> None:
    assert "zebra" in (await find(local, "zebras crossing roads"))[0].snippet


async def test_html_is_searched_as_text_and_its_scripts_and_menus_are_not(local: LocalSearch) -> None:
    free = (await find(local, "is it free software?"))[0]
    assert free.title == "Pricing & plans › Pricing"
    assert free.snippet == "It is free software under Apache-2.0."
    assert all("pricing.html" not in found.url for found in await find(local, "reload survive alert"))


async def test_a_restructuredtext_heading_is_a_section(local: LocalSearch) -> None:
    found = (await find(local, "railway"))[0]
    assert (found.title, found.url) == ("Deploying › Railway", f"{ADDRESS}/documents/deploy.rst#railway")


async def test_a_quoted_phrase_must_match_exactly(local: LocalSearch) -> None:
    assert [found.site for found in await find(local, '"embedded one runs"')] == ["settings.markdown"]
    assert await find(local, '"runs embedded one"') == []


@pytest.mark.parametrize(
    "question",
    ["", "   ", "the of and", "\x00", "reload\x00", "':*&|!()<->", '"""', '"', "\\", "a:* & b", "%_%", "💥", "\ud800",
     "' OR 1=1 --", "x" * 50_000, "word " * 5_000, "-" * 300, "what's <b>this</b>?"],
)  # fmt: skip
async def test_no_question_is_an_error(local: LocalSearch, question: str) -> None:
    assert isinstance(await find(local, question), list)


async def test_nothing_found_is_an_empty_list(local: LocalSearch) -> None:
    assert await find(local, "quantum chromodynamics") == []


async def test_no_more_than_the_limit_and_no_document_more_than_twice(local: LocalSearch) -> None:
    question = "run answer server setting database search reload stop zebra free railway forum"
    assert len(await find(local, question, limit=3)) == 3
    sites = [found.site for found in await find(local, question, limit=20)]
    assert max(sites.count(site) for site in sites) == 2


async def test_a_changed_file_is_read_again_and_a_deleted_one_is_gone(documents: Documents, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\napples")
    (tmp_path / "two.md").write_text("# Two\n\npears")
    first = await sync_folder(documents, tmp_path)
    assert (first.added, first.unchanged) == (2, 0)
    assert (await sync_folder(documents, tmp_path)).unchanged == 2

    (tmp_path / "one.md").write_text("# One\n\nplums")
    (tmp_path / "two.md").unlink()
    second = await sync_folder(documents, tmp_path)
    assert (second.added, second.changed, second.removed, second.unchanged) == (0, 1, 1, 0)

    local = LocalSearch(documents, address=ADDRESS)
    assert await find(local, "apples") == []
    assert await find(local, "pears") == []
    assert [found.snippet for found in await find(local, "plums")] == ["plums"]


async def test_what_does_not_belong_into_the_index_stays_out(documents: Documents, tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.md", tmp_path / "docs"
    outside.write_text("secret")
    folder.mkdir()
    (folder / "link.md").symlink_to(outside)
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "huge.md").write_text("x" * 1_000_001)
    (folder / "inside.md").write_text("inside")
    (folder / "alias.md").symlink_to(folder / "inside.md")
    (folder / ".git").mkdir()
    (folder / ".git" / "hidden.md").write_text("hidden")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "readme.md").write_text("hidden")
    os.mkfifo(folder / "pipe.md")
    (folder / "odd").mkdir()
    (folder / "odd" / "nul.md").write_bytes(b"# Odd\n\nbefore\x00after \xff\xfe")
    counts = await sync_folder(documents, folder)
    assert (counts.added, counts.skipped) == (3, 4)
    async with documents.indexing() as index:
        assert sorted(await index.hashes()) == ["alias.md", "inside.md", "odd/nul.md"]
