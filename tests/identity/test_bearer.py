"""Bearer tokens as an attacker would send them."""

import base64
import hmac
import json
import re
import time
from typing import Any

import pytest

from chatkit_link.caller import Caller
from chatkit_link.identity.bearer import BearerAuthenticator, SharedSecret
from tests.identity.tokens import RSA_KEY, SECRET, caller, claims, raw, refusal, request, token


@pytest.fixture
def shared() -> BearerAuthenticator:
    return BearerAuthenticator(SharedSecret(SECRET))


async def test_the_subject_is_the_user(shared: BearerAuthenticator) -> None:
    assert await caller(shared, token()) == Caller("default", "ada", "req_1", "de-AT")


async def test_the_token_is_there_for_services_and_is_not_printed(shared: BearerAuthenticator) -> None:
    sent = token()
    for found in (await caller(shared, sent), await caller(shared, sent)):  # checked, and remembered
        assert found.token is not None
        assert found.token.get_secret_value() == sent
        assert sent not in f"{found!r} {found} {found.token!r} {json.dumps(vars(found), default=str)}"
    assert sent not in str(vars(shared)), "what is remembered of it is a hash"


async def test_the_scheme_is_case_insensitive(shared: BearerAuthenticator) -> None:
    identified = await shared.identify(request(f"bearer  {token()} "), "req_1")
    assert identified is not None
    assert identified.caller.user == "ada"


TAMPERED = token()[:-6] + ("AAAAAA" if not token().endswith("AAAAAA") else "BBBBBB")
NOW = int(time.time())
DAY = 86_400


def signed(header: str, body: str, key: bytes = SECRET.encode()) -> str:
    """A token with these very bytes of JSON and a good signature: what an issuer's own bug could make."""
    unsigned = b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (header, body))
    return (unsigned + b"." + base64.urlsafe_b64encode(hmac.digest(key, unsigned, "sha256")).rstrip(b"=")).decode()


HEADER = '{"alg":"HS256","typ":"JWT"}'


def of(body: str) -> str:
    return signed(HEADER, body)


ATTACKS: dict[str, tuple[str, str]] = {
    "an unsigned token with alg none": (raw({"alg": "none"}, claims()), "signed in a way"),
    "alg none and no signature at all": (raw({"alg": "none"}, claims(), ""), "not `Bearer` and a JWT"),
    "alg nOnE in odd letters": (raw({"alg": "nOnE"}, claims()), "signed in a way"),
    "an empty alg": (raw({"alg": ""}, claims()), "signed in a way"),
    "no alg": (raw({"typ": "JWT"}, claims()), "signed in a way"),
    "a list of algs": (raw({"alg": ["HS256"]}, claims()), "signed in a way"),
    "alg in small letters": (raw({"alg": "hs256"}, claims()), "signed in a way"),
    "alg twice, the good one last": (signed('{"alg":"none","alg":"HS256"}', json.dumps(claims())), "not valid"),
    "another HMAC with the same secret": (token(algorithm="HS512", key=SECRET * 2), "signed in a way"),
    "a token of one's own RSA key": (token(RSA_KEY, "RS256"), "signed in a way"),
    "a guessed secret": (token("another secret of more than 32 characters"), "not valid: sign in again"),
    "a signature that was changed": (TAMPERED, "not valid: sign in again"),
    "a body that was changed": (
        ".".join([token().split(".")[0], raw({}, claims(sub="eve")).split(".")[1], token().split(".")[2]]),
        "not valid: sign in again",
    ),
    "a key brought along in jwk": (token(header={"jwk": {"kty": "oct", "k": "AAAA"}}), "jku, x5u, jwk, x5c or crit"),
    "an address of keys in jku": (token(header={"jku": "https://evil.example/keys"}), "jku, x5u, jwk, x5c or crit"),
    "an address of a certificate in x5u": (token(header={"x5u": "https://evil.example/c"}), "jku, x5u, jwk, x5c"),
    "a certificate brought along in x5c": (token(header={"x5c": ["MIIB"]}), "jku, x5u, jwk, x5c or crit"),
    "a critical header": (raw({"alg": "HS256", "crit": ["exp"], "exp": 1}, claims()), "jku, x5u, jwk, x5c or crit"),
    "an unencoded body (b64)": (raw({"alg": "HS256", "crit": ["b64"], "b64": False}, claims()), "or crit"),
    "a number for a kid": (raw({"alg": "HS256", "kid": 7}, claims()), "not valid"),
    "a logout token of the same issuer": (token(header={"typ": "logout+jwt"}), "`typ` must be JWT"),
    "a type that is no text": (raw({"alg": "HS256", "typ": ["JWT"]}, claims()), "`typ` must be"),
    "expired two seconds ago": (token(exp=NOW - 2), "has expired: sign in again"),
    "expired an hour ago": (token(exp=NOW - 3600), "has expired: sign in again"),
    "expired before 1970": (token(exp=-1), "has expired: sign in again"),
    "never expiring": (token(exp=None), "has no `exp` claim"),
    "an expiry of null": (of('{"sub":"ada","exp":null}'), "has no `exp` claim"),
    "good for ten years": (token(exp=NOW + 3650 * DAY), "for more than a year"),
    "good for ever (1e400)": (token(exp=1e400), "not valid"),
    "an expiry of NaN": (of('{"sub":"ada","exp":NaN}'), "not valid"),
    "an expiry in words": (token(exp="soon"), "not valid"),
    "an expiry of digits in quotes": (of(f'{{"sub":"ada","exp":"{NOW + DAY}"}}'), "not valid"),
    "an expiry of true": (of('{"sub":"ada","exp":true}'), "not valid|expired"),
    "an expiry with a million digits": (of('{"sub":"ada","exp":' + "9" * 5000 + "}"), "not valid"),
    "valid from tomorrow": (token(nbf=NOW + DAY), "not valid yet"),
    "issued tomorrow": (token(iat=NOW + DAY), "not valid yet"),
    "issued in words": (of(f'{{"sub":"ada","exp":{NOW + DAY},"iat":"today"}}'), "not valid"),
    "no subject": (token(sub=None), "has no `sub` claim"),
    "a subject of null": (of(f'{{"sub":null,"exp":{NOW + DAY}}}'), "has no `sub` claim"),
    "a number for a subject": (of(f'{{"sub":7,"exp":{NOW + DAY}}}'), "not valid"),
    "a list for a subject": (of(f'{{"sub":["ada"],"exp":{NOW + DAY}}}'), "not valid"),
    "an empty subject": (token(sub=""), "`sub` claim is missing"),
    "a blank subject": (token(sub=" "), "`sub` claim is missing"),
    "a subject with a space behind it": (token(sub="ada "), "too long or has characters"),
    "a subject of 256 characters": (token(sub="a" * 256), "too long or has characters"),
    "a subject with a NUL": (token(sub="ada\0"), "too long or has characters"),
    "a subject with half an emoji": (token(sub="ada\ud800"), "too long or has characters"),
    "a subject that reads backwards": (token(sub="\u202eada"), "too long or has characters"),
    "a subject with a line break": (token(sub="ada\nroot"), "too long or has characters"),
    "the subject twice": (of(f'{{"sub":"eve","sub":"ada","exp":{NOW + DAY}}}'), "not valid"),
    "the expiry twice": (of(f'{{"sub":"ada","exp":1,"exp":{NOW + DAY}}}'), "not valid"),
    "nine kilobytes": (token(filler="x" * 9000), "too long: at most 8192"),
    "a megabyte": ("a" * 1_000_000, "too long: at most 8192"),
    "a header that is a list": (raw([1], claims()), "not valid"),  # type: ignore[arg-type]
    "a body that is a list": (of("[1]"), "not valid"),
    "a body that is very deep": (of("[" * 3000), "not valid"),
    "a body that is not UTF-8": ("eyJhbGciOiJIUzI1NiJ9._w." + "A" * 43, "not valid"),
    "letters for parts": ("a.b.c", "not valid"),
    "two parts": ("a.b", "not `Bearer` and a JWT"),
    "five parts, as if encrypted": ("a.b.c.d.e", "not `Bearer` and a JWT"),
    "dots alone": ("..", "not `Bearer` and a JWT"),
    "nothing": ("", "not `Bearer` and a JWT"),
    "two tokens with a comma": (f"{token()},{token()}", "not `Bearer` and a JWT"),
    "padding in the base64": (f"{token()}=", "not `Bearer` and a JWT"),
}


@pytest.mark.parametrize(("sent", "sentence"), ATTACKS.values(), ids=ATTACKS)
async def test_a_token_that_must_not_be_believed(shared: BearerAuthenticator, sent: str, sentence: str) -> None:
    said = await refusal(shared, f"Bearer {sent}")
    assert re.search(sentence, said)
    assert "ada" not in said
    assert not sent or sent not in said


async def test_a_good_token_stays_good_and_a_changed_one_is_no_neighbour_of_it(shared: BearerAuthenticator) -> None:
    sent = token()
    assert (await caller(shared, sent)).user == "ada"
    for position in (3, len(sent) // 2, len(sent) - 9):
        other = sent[:position] + ("A" if sent[position] != "A" else "B") + sent[position + 1 :]
        await refusal(shared, f"Bearer {other}")
    assert (await caller(shared, sent)).user == "ada"


async def test_a_token_that_was_good_is_refused_once_it_is_over(
    shared: BearerAuthenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = token(exp=NOW + DAY)
    await caller(shared, sent)
    monkeypatch.setattr("chatkit_link.identity.bearer.time.time", lambda: NOW + DAY)
    assert "expired" in await refusal(shared, f"Bearer {sent}")


async def test_only_so_many_tokens_are_remembered(shared: BearerAuthenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatkit_link.identity.bearer.REMEMBERED", 3)
    for number in range(8):
        assert (await caller(shared, token(sub=f"user-{number}"))).user == f"user-{number}"
    assert len(shared._good) == 3
    assert (await caller(shared, token(sub="user-0"))).user == "user-0"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_types_of_sign_in_tokens_are_taken(shared: BearerAuthenticator, kind: str) -> None:
    assert (await caller(shared, token(header={"typ": kind}))).user == "ada"


async def test_no_two_or_other_credentials_are_refused(shared: BearerAuthenticator) -> None:
    assert await shared.identify(request(), "req_1") is None, "the next way is asked"
    assert "more than one" in await refusal(shared, f"Bearer {token()}", f"Bearer {token()}")
    assert "not `Bearer`" in await refusal(shared, "Basic YWRhOmFkYQ==")


async def test_clocks_may_differ_by_thirty_seconds(shared: BearerAuthenticator) -> None:
    soon = int(time.time()) + 20
    assert (await caller(shared, token(nbf=soon, iat=soon))).user == "ada"


async def test_issuer_audience_and_tenant_are_checked_when_configured() -> None:
    strict = BearerAuthenticator(SharedSecret(SECRET), issuer="https://id", audience="chat", tenant_claim="org")
    good: dict[str, Any] = {"iss": "https://id", "aud": ["chat", "mail"], "org": "acme"}
    assert (await caller(strict, token(**good))).owner == ("acme", "ada")
    for change, sentence in (
        ({"iss": "https://other"}, "issuer this server does not accept"),
        ({"iss": None}, "no `iss` claim"),
        ({"aud": "mail"}, "meant for another service"),
        ({"aud": None}, "no `aud` claim"),
        ({"org": None}, "`org` claim is missing"),
        ({"org": ["acme"]}, "`org` claim is missing"),
        ({"org": "a\nb"}, "`org` claim is too long or has"),
    ):
        changed: dict[str, Any] = good | change
        assert sentence in await refusal(strict, f"Bearer {token(**changed)}")


async def test_a_tenant_may_stand_inside_an_object_or_under_a_name_with_dots() -> None:
    nested = BearerAuthenticator(SharedSecret(SECRET), tenant_claim="o.id")
    assert (await caller(nested, token(o={"id": "acme"}))).tenant == "acme"
    claim: dict[str, Any] = {"https://shop.example.com/org": "acme"}
    named = token(**claim)
    namespaced = BearerAuthenticator(SharedSecret(SECRET), tenant_claim="https://shop.example.com/org")
    assert (await caller(namespaced, named)).tenant == "acme"
    wrongs: list[dict[str, Any]] = [
        {},
        {"o": None},
        {"o": "acme"},
        {"o": {"id": {"id": "acme"}}},
        {"o": [{"id": "acme"}]},
    ]
    for wrong in wrongs:
        assert "`o.id` claim is missing" in await refusal(nested, f"Bearer {token(**wrong)}")


async def test_claims_that_are_not_configured_do_not_matter(shared: BearerAuthenticator) -> None:
    assert (await caller(shared, token(iss="anyone", aud="anything", org="acme"))).tenant == "default"
