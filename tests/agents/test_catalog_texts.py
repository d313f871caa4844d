"""The texts of an agent in the language of whoever reads them, and what its composer offers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.agents.catalog_texts import Texts, texts_for
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from chatkit_link.translations import CATALOGUE
from tests.conftest import running

CATALOG = """\
[agents.shop]
target = "shop.py"
name = "Shop"
greeting = "What can I do for you?"
prompts = [{ label = "Hours", prompt = "When are you open?" }]
models = ["small", "large"]

[agents.shop.locales.de]
greeting = "Was kann ich für Sie tun?"
prompts = [{ label = "Öffnungszeiten", prompt = "Wann haben Sie geöffnet?", icon = "clock" }]

[agents.listening]
target = "listening.py"
models = ["small", "large"]
"""
SHOP = 'from agents import Agent\nagent = Agent(name="Shop")\n'
LISTENING = """\
from chatkit.server import ChatKitServer
from chatkit.types import TranscriptionResult


class Server(ChatKitServer):
    async def respond(self, thread, message, context):
        return
        yield

    async def transcribe(self, audio_input, context):
        return TranscriptionResult(text="heard")
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "listening.py").write_text(LISTENING)
    (tmp_path / "chatkit-link.toml").write_text(CATALOG)
    return tmp_path / "chatkit-link.toml"


async def listed(address: str, language: str = "en") -> dict[str, dict[str, Any]]:
    async with httpx2.AsyncClient(base_url=address, headers={"Accept-Language": language}) as http:
        return {agent["id"]: agent for agent in (await http.get("/api/agents")).json()["agents"]}


async def test_an_agent_greets_its_reader_in_their_language(
    make_settings: Callable[..., Settings], catalog: Path
) -> None:
    async with running(make_settings(config=catalog)) as address:
        german, english = (await listed(address, "de-AT"))["shop"], (await listed(address, "fr"))["shop"]
        bundled = (await listed(address, "ja"))["research"], (await listed(address))["research"]
    assert (german["name"], german["greeting"]) == ("Shop", "Was kann ich für Sie tun?")
    assert german["prompts"] == [{"label": "Öffnungszeiten", "prompt": "Wann haben Sie geöffnet?", "icon": "clock"}]
    assert [agent["greeting"] for agent in bundled] == ["", "What would you like to know?"], "the chat greets by itself"
    assert english["greeting"] == "What can I do for you?"
    assert english["prompts"] == [{"label": "Hours", "prompt": "When are you open?"}]


async def test_the_bundled_agent_suggests_in_every_language_what_its_documents_answer(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    async with running(make_settings(docs=None, data=tmp_path)) as address:
        suggested = {tag: (await listed(address, tag))["research"]["prompts"] for tag in CATALOGUE}
    labels = [prompt["label"] for prompts in suggested.values() for prompt in prompts]
    assert len(set(labels)) >= 4 * len(CATALOGUE) - 2, "Chinese has words that both of its scripts write alike"
    questions = {tuple(prompt["prompt"] for prompt in prompts) for prompts in suggested.values()}
    assert len(questions) == 1, "which the documents answer in English alone"


async def test_suggestions_of_the_catalog_replace_the_bundled_ones_in_every_language(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    config = tmp_path / "chatkit-link.toml"
    config.write_text('[agents.research]\nprompts = [{ label = "Hours", prompt = "When are you open?" }]\n')
    async with running(make_settings(docs=None, data=tmp_path, config=config)) as address:
        assert [prompt["label"] for prompt in (await listed(address, "de"))["research"]["prompts"]] == ["Hours"]


async def test_the_list_says_whether_there_is_a_model_to_choose_and_someone_who_listens(
    make_settings: Callable[..., Settings], catalog: Path
) -> None:
    async with running(make_settings(config=catalog)) as address:
        offline = await listed(address)
    assert (offline["shop"]["has_model"], offline["shop"]["dictation"]) == (False, False)
    assert (offline["listening"]["has_model"], offline["listening"]["dictation"]) == (True, True)
    async with running(make_settings(config=catalog, openai_api_key="k", model="small")) as address:
        online = await listed(address)
    assert (online["shop"]["has_model"], online["shop"]["dictation"]) == (True, True)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("de", "de"), ("de-CH", "de-CH"), ("DE_ch", "de-CH"), ("zh-TW", "zh-Hant"), ("zh-CN", ""), ("fr", "")],
)
def test_the_very_tag_comes_before_the_language(locale: str, expected: str) -> None:
    locales = {tag: Texts(greeting=tag) for tag in ("de", "de-CH", "zh-Hant")}
    assert texts_for(locales, locale).greeting == expected


def test_a_text_that_there_is_not_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "chatkit-link.toml"
    file.write_text('[agents.shop]\ntarget = "shop.py"\n[agents.shop.locales.de]\ngreting = "Hallo"\n')
    with pytest.raises(ConfigurationError, match="greeting"):
        read_catalog(file, {})
