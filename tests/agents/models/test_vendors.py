"""Whose models a server has, by its address, by its own list, and by the model that is set."""

import pytest

from chatkit_link.agents.models.vendors import vendor_of, vendors_at
from chatkit_link.agents.transcription import may_transcribe
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_settings

XAI = "https://api.x.ai/v1"
GATEWAY = "https://gateway.example/v1"


@pytest.fixture(autouse=True)
def no_model_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_DEFAULT_MODEL", "CHATKIT_LINK_MODEL", "XAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("grok-4", "xAI"),
        ("x-ai/grok-4.6", "xAI"),
        ("gpt-6-luna", "OpenAI"),
        ("openai/gpt-6-luna", "OpenAI"),
        ("ft:gpt-4o-mini-2024-07-18:acme::B1", "OpenAI"),
        ("claude-opus-5", "Anthropic"),
        ("models/gemini-3-pro", "Google"),
        ("gpt-oss-120b", None),
        ("my-deployment", None),
        ("llama3:latest", None),
    ],
)
def test_the_vendor_of_a_model_is_known_by_its_name(name: str, vendor: str | None) -> None:
    assert vendor_of(name) == vendor


@pytest.mark.parametrize(
    ("address", "listed", "configured", "vendors"),
    [
        (None, None, "", {"OpenAI"}),
        ("https://eu.api.openai.com/v1", None, "grok-4", {"OpenAI"}),
        (XAI, None, "", {"xAI"}),
        (XAI, ["gpt-6-luna"], "", {"xAI"}),
        (GATEWAY, ["grok-4", "llama3"], "", {"xAI"}),
        (GATEWAY, ["x-ai/grok-4", "openai/gpt-6"], "x-ai/grok-4", {"xAI", "OpenAI"}),
        (GATEWAY, ["llama3:latest"], "llama3", set[str]()),
        (GATEWAY, ["openai/*", "grok-4"], "", None),
        (GATEWAY, None, "grok-4", {"xAI"}),
        (GATEWAY, [], "x-ai/grok-4", None),
        (GATEWAY, None, "", None),
        ("https://acme.openai.azure.com/openai/v1", ["gpt-5"], "prod", None),
        ("https://notx.ai/v1", None, "", None),
    ],
)
def test_the_vendors_at_a_server_are_known_or_any(
    address: str | None, listed: list[str] | None, configured: str, vendors: set[str] | None
) -> None:
    assert vendors_at(address, listed, configured) == vendors


def test_a_key_of_xai_alone_lets_grok_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XAI_API_KEY", "xai-canary-1")
    settings = read_settings()
    assert (settings.openai_base_url, settings.model_name, settings.title_model_name) == (XAI, "grok-4", "grok-4")
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "xai-canary-1"
    assert settings.hosted_key is None
    assert not settings.offline
    assert read_settings(model="grok-4.6").model_name == "grok-4.6"


def test_any_other_server_that_is_set_comes_before_a_key_of_xai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XAI_API_KEY", "xai-canary-1")
    assert read_settings(openai_api_key="k").openai_base_url is None
    local = read_settings(openai_base_url="http://127.0.0.1:1/v1")
    assert local.openai_api_key is None
    assert local.model == ""
    with pytest.raises(ConfigurationError) as caught:
        read_settings(port=-1)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"openai_api_key": "k"}, True),
        ({"openai_api_key": "k", "openai_base_url": XAI}, False),
        ({"openai_base_url": "http://127.0.0.1:1/v1", "model": "grok-4"}, False),
        ({"openai_base_url": "http://127.0.0.1:1/v1", "model": "llama3"}, True),
        ({"openai_base_url": XAI, "transcribe_model": "whisper-large"}, True),
    ],
)
def test_dictation_asks_no_other_vendor_for_a_model_of_openai(given: dict[str, str], taken: bool) -> None:
    settings: Settings = read_settings(**given)
    assert may_transcribe(settings) is taken
