"""All settings that cannot work are reported at once, each in a line of its own, and no value is repeated."""

import itertools
from typing import Any

import pytest
from pydantic import SecretStr

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_settings
from chatkit_link.settings.group import SettingsConflict

CANARY = "canary-7f3a"


def report(**given: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        read_settings(**given)
    return str(refused.value).splitlines()


def test_a_type_a_bound_a_format_json_and_a_combination_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_PORT", CANARY)
    monkeypatch.setenv("CHATKIT_LINK_MAX_TURNS", "0")
    monkeypatch.setenv("OPENAI_API_KEY", f"{CANARY} {CANARY}")
    monkeypatch.setenv("CHATKIT_LINK_PRICES", f'{{"{CANARY}"}}')
    monkeypatch.setenv("CHATKIT_LINK_SEARCH", "brave")
    monkeypatch.delenv("BRAVE_API_KEY", raising=False)
    in_key = "it has white space inside. Copy the key again, alone and whole."
    heading, *lines = report()
    assert heading == "5 settings cannot work:"
    assert sorted(lines) == [
        "- CHATKIT_LINK_MAX_TURNS is not acceptable: input should be greater than or equal to 1.",
        "- CHATKIT_LINK_PRICES is not valid JSON (line 1, column 15).",
        "- CHATKIT_LINK_SEARCH is brave, but BRAVE_API_KEY is not set.",
        f"- OPENAI_API_KEY (or CHATKIT_LINK_OPENAI_API_KEY) cannot be a key: {in_key}",
        "- PORT (or CHATKIT_LINK_PORT) must be a whole number.",
    ]
    assert not any(CANARY in line for line in lines)


def test_one_problem_is_its_sentence_alone() -> None:
    assert report(max_turns=0) == [
        "CHATKIT_LINK_MAX_TURNS is not acceptable: input should be greater than or equal to 1."
    ]


def test_combinations_of_different_groups_are_reported_together() -> None:
    heading, *lines = report(
        jwt_jwks_url="https://id.example.com/keys",
        limits_storage="redis",
        budget_user_day_cost=1,
        proxy_user_header="X-ChatKit-User",
        proxy_tenant_header="X-ChatKit-Tenant",
    )
    assert heading == "7 settings cannot work:"
    assert len(set(lines)) == 7
    for variable in ("JWT_JWKS_URL and ", "JWT_ISSUER or", "LIMITS_STORAGE is", "PRICES is", "USER_HEADER must",
                     "TENANT_HEADER must", "needs CHATKIT_LINK_TRUSTED_PROXIES"):  # fmt: skip
        assert sum(variable in line for line in lines) == 1, variable


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"limits_storage": "redis", "redis_url": CANARY}, "REDIS_URL"),
        ({"search": "searxng", "searxng_url": CANARY}, "SEARXNG_URL"),
        ({"budget_user_day_cost": 1, "prices": CANARY}, "PRICES"),
        ({"proxy_user_header": "X-User", "trusted_proxies": CANARY}, "TRUSTED_PROXIES"),
        ({"jwt_jwks_url": "https://id.example.com/keys", "jwt_issuer": f"{CANARY}\n{CANARY}"}, "JWT_ISSUER"),
    ],
)
def test_a_wrong_value_does_not_count_as_missing_too(given: dict[str, Any], sentence: str) -> None:
    (line,) = report(**given)
    assert sentence in line
    assert "needs" not in line
    assert "is not set" not in line
    assert CANARY not in line


def test_several_wrong_prices_are_one_problem() -> None:
    (line,) = report(prices={CANARY: {"input": -1, "output": "NaN", CANARY: 1}})
    assert line.startswith("CHATKIT_LINK_PRICES is not acceptable: ")
    assert CANARY not in line


def test_python_gets_the_same_report() -> None:
    given: dict[str, Any] = {"port": CANARY, "openai_base_url": CANARY}
    for make in (lambda: Settings(**given), lambda: Settings.model_validate(given)):
        with pytest.raises(ConfigurationError, match="2 settings cannot work") as refused:
            make()
        assert CANARY not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__


WRONG: dict[str, Any] = {
    "port": CANARY,
    "secret": CANARY,
    "openai_base_url": CANARY,
    "origins": CANARY,
    "prices": CANARY,
    "max_upload": -1,
    "on_disconnect": CANARY,
}


@pytest.mark.parametrize("names", list(itertools.combinations(WRONG, 2)), ids="+".join)
def test_any_two_wrong_settings_are_both_named(names: tuple[str, str]) -> None:
    heading, *lines = report(**{name: WRONG[name] for name in names})
    assert heading == "2 settings cannot work:"
    for name in names:
        assert sum(f"CHATKIT_LINK_{name.upper()}" in line for line in lines) == 1
    assert not any(CANARY in line for line in lines)


def test_conflicts_name_settings_that_exist() -> None:
    conflicts: list[SettingsConflict] = []
    combinations: list[dict[str, Any]] = [
        {"jwt_secret": SecretStr("s" * 32), "server_key": SecretStr("s" * 32), "identify": "a:b", "search": "tavily"},
        {"jwt_jwks_url": "https://id.example.com", "limits_storage": "redis", "budget_tenant_day_cost": 1},
        {"proxy_tenant_header": "X-Org", "cookie_cross_site": True, "cookie_secure": False, "origins": "*"},
        {"proxy_user_header": "X-ChatKit-User", "search": "brave"},
    ]
    for given in combinations:
        conflicts += Settings.model_construct(**given).conflicts()
    assert len(conflicts) >= 10
    for conflict in conflicts:
        assert conflict.fields
        assert set(conflict.fields) <= Settings.model_fields.keys()
        assert any(name.upper() in conflict.message for name in conflict.fields)
