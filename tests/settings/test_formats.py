"""What is pasted into an environment variable is read as it was meant, or refused by its name; for every setting."""

import types
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_settings
from chatkit_link.settings.formats import addresses, keys, lists, text
from chatkit_link.settings.formats.text import Format, variable

#: A value that each format takes.
GOOD = {
    "HEADER_KEY": "sk-proj-abc_123-0123456789-0123456789",
    "OWN_KEY": "a key of more than thirty-two characters",
    "SECRET": "a secret of more than thirty-two characters",
    "HEADER_NAME": "X-Acme-Signed-In-User",
    "API_ADDRESS": "https://api.example.com/v1",
    "WEB_ADDRESS": "https://search.example.com",
    "PUBLIC_ADDRESS": "https://chat.example.com",
    "LOCATION": "s3://bucket/folder",
    "SECURE_ADDRESS": "https://id.example.com/keys",
    "SECURE_API_ADDRESS": "https://hosted.example.com",
    "POSTGRES_ADDRESS": "postgresql://ada:secret@db.example.com:5432/chat",
    "REDIS_ADDRESS": "redis://:secret@cache.example.com:6379/0",
    "QUOTED_LINE": "'self' https://shop.example.com",
    "NETWORKS": "10.0.0.0/8",
    "ORIGINS": "https://shop.example.com",
    "DOMAINS": "cdn.example.com",
    "HOSTS": "chat.example.com, *.example.org",
    "HEADER_NAMES": "X-User-Id, X-Team",
    "WORKFLOW_IDS": "wf_68df4b13",
}
FORMATS = {
    id(mark): name
    for module in (text, keys, addresses, lists)
    for name, mark in vars(module).items()
    if isinstance(mark, Format)
}
WRAPPED = {
    "a line break behind": "{}\n",
    "a line break of Windows": "{}\r\n",
    "white space around": " \t{} ",
    "a no-break space": "\u00a0{}\u00a0",
    "an ideographic space": "\u3000{}",
    "a byte order mark": "\ufeff{}",
    "zero-width characters": "\u200b{}\u200d\u2060",
}
QUOTED = {
    "quotes": '"{}"',
    "single quotes": "'{}'",
    "quotes with the line break inside": '"{}\n"',
    "quotes of a word processor": "\u201c{}\u201d ",
    "quotes in quotes": "\"'{}'\"",
}


def form_of(field: FieldInfo) -> str:
    return next((FORMATS[id(mark)] for mark in field.metadata if isinstance(mark, Format)), "LINE")


def holds(field: FieldInfo, kind: type) -> bool:
    return field.annotation is kind or (
        get_origin(field.annotation) is types.UnionType and kind in get_args(field.annotation)
    )


TEXTS = {name: field for name, field in Settings.model_fields.items() if holds(field, str) or holds(field, SecretStr)}


def good(name: str) -> str:
    return GOOD.get(form_of(TEXTS[name]), "a line of text")


def environment(patch: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    """The settings where the variable of one has this value; what that one needs beside it is given."""
    beside: dict[str, Any] = {
        "proxy_user_header": {"trusted_proxies": "10.0.0.0/8"},
        "proxy_tenant_header": {"trusted_proxies": "10.0.0.0/8", "proxy_user_header": "X-User"},
        "server_key_previous": {"server_key": "the key that takes the place of the previous one"},
        "jwt_jwks_url": {"jwt_issuer": "https://id.example.com"},
    }.get(name, {})
    patch.setenv(f"CHATKIT_LINK_{name.upper()}", value)
    return read_settings(**beside)


#: Secrets that sign, and that no other service has given out.
OWN_SECRETS = ("secret", "secret_previous", "jwt_secret")
#: Settings in which quotes mean something: sources of a content security policy have them.
MEANT = ("frame_ancestors", "allowed_image_domains", *OWN_SECRETS)


def plain(settings: Settings, name: str) -> Any:
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def test_every_secret_and_every_address_has_a_format() -> None:
    """A setting of either kind that is added later has to say what it may be."""
    for name, field in TEXTS.items():
        if holds(field, SecretStr) or name.endswith(("_url", "_header")):
            assert form_of(field) != "LINE", name
    assert {form_of(field) for field in TEXTS.values()} == {*GOOD, "LINE"}


@pytest.mark.parametrize("wrapping", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("name", TEXTS)
def test_what_surrounds_a_value_is_cut(name: str, wrapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(environment(monkeypatch, name, wrapping.format(good(name))), name) == good(name)


@pytest.mark.parametrize("wrapping", QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("name", [name for name in TEXTS if name not in MEANT])
def test_quotes_that_were_copied_along_are_cut(name: str, wrapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(environment(monkeypatch, name, wrapping.format(good(name))), name) == good(name)


@pytest.mark.parametrize("name", OWN_SECRETS)
def test_quotes_of_a_secret_of_ones_own_are_part_of_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been signed with for years: cut, it would be another one."""
    quoted = f'"{good(name)}"'
    assert plain(environment(monkeypatch, name, f"{quoted}\n"), name) == quoted


def test_quotes_that_mean_something_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, "frame_ancestors", " 'self' \n").frame_ancestors == "'self'"


@pytest.mark.parametrize("name", TEXTS)
def test_white_space_alone_is_as_good_as_unset(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(environment(monkeypatch, name, " \u200b\n"), name) == TEXTS[name].default


@pytest.mark.parametrize("name", TEXTS)
def test_a_control_character_inside_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = good(name)
    broken = f"{value[:-4]}\n{value[-4:]}"
    with pytest.raises(ConfigurationError) as refused:
        environment(monkeypatch, name, broken)
    assert variable(TEXTS[name], name) in str(refused.value)
    assert f"CHATKIT_LINK_{name.upper()}" in str(refused.value)
    assert value[:-4] not in str(refused.value)


@pytest.mark.parametrize(("pasted", "read"), [("Bearer {}", True), ("{} \N{EN DASH} {}", False), ("{}\n{}", False)])
def test_the_key_of_a_back_end_may_have_spaces(pasted: str, *, read: bool) -> None:
    key = GOOD["OWN_KEY"]
    if read:
        assert plain(read_settings(server_key=pasted.format(key)), "server_key") == key
    else:
        with pytest.raises(ConfigurationError, match="CHATKIT_LINK_SERVER_KEY cannot be a key"):
            read_settings(server_key=pasted.format(key, key))


KEYS = [name for name, field in TEXTS.items() if form_of(field) == "HEADER_KEY"]
KEY = GOOD["HEADER_KEY"]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "pasted",
    [f"Bearer {KEY}", f"bearer  {KEY}\n", f'"Bearer {KEY}"', f'Bearer "{KEY}"', f"Authorization: Bearer {KEY}",
     "".join(chr(ord(letter) + 0xFEE0) for letter in KEY)],
)  # fmt: skip
def test_a_key_is_read_out_of_what_was_copied_with_it(name: str, pasted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(environment(monkeypatch, name, pasted), name) == KEY


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    ("pasted", "flaw"),
    [
        (f"{KEY} {KEY}", "white space inside"),
        (f"{KEY}\n{KEY}", "line break"),
        (f"{KEY}\x00{KEY}", "control character"),
        (f"{KEY}\N{EN DASH}{KEY}", "not ASCII"),
        (f"{KEY}\u200b{KEY}", "not ASCII"),
        ("Bearer", "nothing is left"),
    ],
)
def test_what_no_header_could_carry_is_refused(name: str, pasted: str, flaw: str) -> None:
    with pytest.raises(ConfigurationError, match=flaw) as refused:
        read_settings(**{name: pasted})
    assert KEY not in str(refused.value)
    assert variable(TEXTS[name], name) in str(refused.value)


ADDRESSES: dict[str, list[tuple[str, str]]] = {
    "openai_base_url": [
        ("localhost:11434/v1", "http:// or https://"),
        ("api.example.com/v1", "http:// or https://"),
        ("https://", "and a host"),
        ("ftp://api.example.com", "http:// or https://"),
        ("https://api.example.com:port/v1", "cannot be read"),
        ("https://[::1/v1", "cannot be read"),
        ("https://api.example.com/v1/chat/completions", "ends in /chat/completions"),
        ("https://api.example.com/v1/responses/", "ends in /responses"),
        ("https://api.example.com/v1?api-version=1", "has a \\?"),
        ("https://api example.com/v1", "white space"),
    ],
    "hosted_base_url": [("api.openai.com", "http:// or https://"), ("http://api.openai.com", "https address")],
    "hosted_workflows": [("wf_1 asst_2", "begin with wf_")],
    "searxng_url": [("searx:8080", "http:// or https://")],
    "tavily_url": [("tavily", "http:// or https://")],
    "brave_url": [("//brave", "http:// or https://")],
    "public_url": [("ftp://chat.example.com", "http:// or https://"), ("https://", "and a host")],
    "redis_url": [
        ("localhost:6379", "a Redis server"),
        ("http://cache:6379", "a Redis server"),
        ("redis://", "a Redis server"),
    ],
    "database_url": [("mysql://ada@db/chat", "PostgreSQL only"), ("db.example.com/chat", "PostgreSQL only")],
    "jwt_jwks_url": [("https://id.example.com/ keys", "white space")],
    "files_url": [("s3://my bucket", "white space")],
    "proxy_user_header": [("X User", "name of a header"), ("X-User(1)", "name of a header")],
}


@pytest.mark.parametrize(
    ("name", "value", "sentence"), [(name, *case) for name, cases in ADDRESSES.items() for case in cases]
)
def test_what_is_no_address_is_refused_with_what_to_write(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        read_settings(**{name: value})
    assert variable(TEXTS[name], name) in str(refused.value)
    assert value.endswith("://") or value not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("openai_base_url", "http://127.0.0.1:11434/v1"),
        ("openai_base_url", "http://ollama:11434/v1/"),
        ("openai_base_url", "https://münchen.example/v1"),
        ("openai_base_url", "https://api.example.com/responses/v1"),
        ("public_url", "chat.up.railway.app"),
        ("redis_url", "unix:///run/redis.sock"),
        ("database_url", "postgres://ada:p%40ss@a,b:5432/chat"),
        ("database_url", "postgresql+asyncpg:///chat?host=/run/postgresql"),
    ],
)
def test_addresses_of_every_usual_form_are_taken(name: str, value: str) -> None:
    assert plain(read_settings(**{name: value}), name) == value


def test_a_line_of_a_dotenv_file_is_read_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY=Bearer {KEY}\u200b\r\n", encoding="utf-8")
    assert plain(read_settings(), "openai_api_key") == KEY


def test_numbers_and_choices_may_have_white_space_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, "openai_api", '"chat_completions"\n').openai_api == "chat_completions"
    assert environment(monkeypatch, "port", " 9000\n").port == 9000


def test_a_wrong_value_is_not_repeated_by_python_either() -> None:
    with pytest.raises(ConfigurationError, match="CHATKIT_LINK_PORT") as refused:
        Settings.model_validate({"port": "sk-canary"})
    assert "sk-canary" not in str(refused.value)


def test_the_default_model_is_that_of_the_agents_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    from agents.models import get_default_model

    monkeypatch.delenv("OPENAI_DEFAULT_MODEL", raising=False)
    monkeypatch.delenv("CHATKIT_LINK_MODEL", raising=False)
    assert read_settings().model_name == read_settings().title_model_name == get_default_model()
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", " mine\n")
    assert read_settings().model_name == read_settings().title_model_name == "mine"
    assert read_settings(model="other", title_model="short").title_model_name == "short"
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", " ")
    with pytest.raises(ConfigurationError, match="OPENAI_DEFAULT_MODEL"):
        _ = read_settings().model_name
