"""Addresses in texts: where each ends, and which of them are one page."""

import time

import pytest

from chatkit_link.search.addresses import addresses_in, host_of, page_key


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Read https://a.example/x.", "https://a.example/x"),
        ("Read https://a.example/x.?", "https://a.example/x"),
        ("(see www.a.example/x)", "https://www.a.example/x"),
        ("[text](https://a.example/x_(y))", "https://a.example/x_(y)"),
        ("<https://a.example/x>, or", "https://a.example/x"),
        ("“https://a.example/x”", "https://a.example/x"),
        ("看https://a.example/x。谢谢", "https://a.example/x"),
        ("a.example是什么", "https://a.example"),
        ("a.example?", "https://a.example"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("HTTPS://A.example:8443/X", "HTTPS://A.example:8443/X"),
        ("https://de.example/wiki/Köln", "https://de.example/wiki/Köln"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
    ],
)
def test_an_address_is_found_where_people_write_it(text: str, address: str) -> None:
    assert address in list(addresses_in(text))


@pytest.mark.parametrize("text", ["me@a.example", "end.Next 3.14 v1.2", "//a.example", "/a.example/x", "a", ""])
def test_what_names_no_page_is_none(text: str) -> None:
    assert not [address for address in addresses_in(text) if "a.example" in address]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "http://A.EXAMPLE:80/x/#part"),
        ("https://a.example", "https://a.example./"),
        ("https://a.example/~x (y)".replace(" ", "%20"), "https://a.example/%7Ex%20%28y%29"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"),
    ],
)
def test_two_spellings_are_one_page(one: str, other: str) -> None:
    assert page_key(one) == page_key(other) is not None


@pytest.mark.parametrize(
    "other",
    [
        "https://a.example/x?q=SECRET",
        "https://a.example/x/SECRET",
        "https://a.example/X",
        "https://a.example:8443/x",
        "https://SECRET.a.example/x",
        "https://a.example@evil.example/x",
        "https://a.example.evil.example/x",
        "https://a.example/%2e%2e/x",
        "ftp://a.example/x",
        "javascript:https://a.example/x",
        "https://a.example/x\n",
        "https://" + "ü" * 1900,
        "",
    ],
)
def test_another_page_is_another(other: str) -> None:
    assert page_key(other.removesuffix("\n") + "y" * other.endswith("\n")) != page_key("https://a.example/x")


def test_a_host_is_what_a_browser_calls_it() -> None:
    hosts = ["https://A.example:443/x", "http://a.example:8080", "http://[::1]:3000/", "https://münchen.example"]
    assert [host_of(url) for url in hosts] == ["a.example", "a.example:8080", "[::1]:3000", "xn--mnchen-3ya.example"]


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "https://", "https://a.example/) ", ".", "%", "a@", "https://a.b/" + ")" * 1900]
)
def test_no_text_takes_long_to_look_through(piece: str) -> None:
    started = time.process_time()
    assert sum(1 for _ in addresses_in(piece * (1_000_000 // len(piece)))) < 500_000
    assert time.process_time() - started < 5
