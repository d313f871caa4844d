"""Who can get in, in one line, for every combination of settings."""

from typing import Any

import pytest

from chatkit_link.identity import admission
from chatkit_link.store.server_keys import KeyCount
from tests.identity.test_authentication import settings

KEY = "0123456789" * 4
VISITORS = "Anyone who can reach it, as an anonymous visitor"
BACK_ENDS = "back ends with the server key, and users with its sessions"
NOBODY = "Nobody: CHATKIT_LINK_ALLOW_ANONYMOUS is false, and nothing else lets anyone in"
JWKS = {"jwt_jwks_url": "https://id.example/keys", "jwt_audience": "chat"}
LINES: dict[str, tuple[dict[str, Any], bool, str, bool]] = {
    "nothing": ({}, True, VISITORS, False),
    "nothing, on every address": (
        {"host": "0.0.0.0"}, True, "Anyone who can reach it at 0.0.0.0, as an anonymous visitor", True,
    ),
    "this machine's IPv6 address": ({"host": "::1"}, True, VISITORS, False),
    "visitors asked for": ({"allow_anonymous": True}, True, VISITORS, False),
    "nobody": ({"allow_anonymous": False}, False, NOBODY, True),
    "a server key": ({"server_key": KEY}, False, f"B{BACK_ENDS[1:]}", False),
    "a server key on every address": ({"server_key": KEY, "host": "0.0.0.0"}, False, f"B{BACK_ENDS[1:]}", False),
    "a server key and visitors": (
        {"server_key": KEY, "allow_anonymous": True}, True, f"{VISITORS}; and {BACK_ENDS}", False,
    ),
    "a JWT": ({"jwt_secret": KEY}, False, "Users with a JWT of the holder of CHATKIT_LINK_JWT_SECRET", False),
    "keys of an address": (JWKS, False, "Users with a JWT of id.example", False),
    "keys of an issuer": (JWKS | {"jwt_issuer": "https://id"}, False, "Users with a JWT of https://id", False),
    "a proxy": (
        {"proxy_user_header": "X-User", "trusted_proxies": "10.0.0.0/8"}, False,
        "Users that a proxy at 10.0.0.0/8 names in X-User", False,
    ),
    "a function": ({"identify": "own.py:who"}, False, "Users that own.py:who names", False),
    "a JWT, a server key and visitors": (
        JWKS | {"server_key": KEY[::-1], "allow_anonymous": True}, True,
        f"{VISITORS}; users with a JWT of id.example; and {BACK_ENDS}", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "anonymous", "text", "is_notable"), LINES.values(), ids=LINES)
def test_one_line_says_who_can_get_in(given: dict[str, Any], anonymous: bool, text: str, is_notable: bool) -> None:
    found = admission(settings(**given))
    assert (found.anonymous, found.text, found.is_notable) == (anonymous, text, is_notable)


def test_what_is_configured_outside_of_the_settings_closes_too() -> None:
    by_function = admission(settings(), hook=True)
    assert (by_function.anonymous, by_function.text) == (False, "Users that create_app(identify=...) names")
    stored = admission(settings(), keys=KeyCount(live=1))
    assert (stored.anonymous, stored.text) == (False, f"B{BACK_ENDS[1:]}")
    both = admission(settings(server_key=KEY), keys=KeyCount(live=2))
    assert both.text == "Back ends with one of 3 server keys, and users with their sessions"
    assert admission(settings(allow_anonymous=True), hook=True, keys=KeyCount(live=1)).anonymous


def test_a_server_whose_last_key_has_ended_stays_closed_and_says_how_to_open_it() -> None:
    ended = admission(settings(), keys=KeyCount(ended=1))
    assert (ended.anonymous, ended.is_notable) == (False, True)
    assert ended.text.startswith("Nobody: all server keys of the database are revoked or have expired. ")
    assert "CHATKIT_LINK_ALLOW_ANONYMOUS=true" in ended.text
    assert admission(settings(allow_anonymous=True), keys=KeyCount(ended=1)).text == VISITORS
    assert admission(settings(allow_anonymous=False), keys=KeyCount(ended=1)).text == NOBODY
    assert admission(settings(**JWKS), keys=KeyCount(ended=1)).text == "Users with a JWT of id.example"
