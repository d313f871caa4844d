"""What is given out: in parts, once only where it has not changed, and with a name in any script."""

from collections.abc import Callable

import pytest

from chatkit_link.errors import RangeNotSatisfiable
from chatkit_link.files.filename import content_disposition
from chatkit_link.http.ranges import asked_range
from chatkit_link.http.services import Services
from tests.files import samples
from tests.files.user import Person, refusal

MakePerson = Callable[..., Person]

RANGES: dict[str, tuple[int, int] | None] = {
    "bytes=0-3": (0, 4),
    "bytes=4-": (4, 10),
    "bytes=-3": (7, 10),
    "bytes=-100": (0, 10),
    "bytes=9-100": (9, 10),
    "Bytes=0-0": (0, 1),
    # Not understood, and therefore not there (RFC 9110 section 14.2).
    "": None,
    "bytes=": None,
    "bytes=-": None,
    "bytes=5-2": None,
    "bytes=0-1,3-4": None,
    "lines=1-2": None,
    "bytes=a-b": None,
    f"bytes=0-{'9' * 40}": None,
}


@pytest.mark.parametrize(("header", "part"), RANGES.items())
def test_a_part_is_asked_for(header: str, part: tuple[int, int] | None) -> None:
    assert asked_range(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        asked_range(header, 10)
    assert refused.value.headers == {"Content-Range": "bytes */10"}


def test_a_name_is_sent_in_ascii_and_in_full() -> None:
    sent = content_disposition("r\u00e9sum\u00e9 \u2603.pdf", inline=False)
    assert sent == "attachment; filename=\"r_sum_ _.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%E2%98%83.pdf"


async def test_a_file_is_read_in_parts(person: MakePerson) -> None:
    ada = person()
    link = await ada.link(await ada.attach(b"0123456789", "a.txt"))

    part = await ada.http.get(link, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["content-range"] == "bytes 2-4/10"

    rest = await ada.http.get(link, headers={"range": "bytes=-2"})
    assert (rest.status_code, rest.content) == (206, b"89")

    nothing = await ada.http.get(link, headers={"range": "bytes=10-"})
    assert refusal(nothing)[0] == 416
    assert nothing.headers["content-range"] == "bytes */10"


async def test_a_file_that_is_known_is_not_sent_again(person: MakePerson) -> None:
    ada = person()
    link = await ada.link(await ada.attach(b"0123456789", "a.txt"))
    whole = await ada.http.get(link)
    tag = whole.headers["etag"]

    assert (await ada.http.get(link, headers={"if-none-match": tag})).status_code == 304
    same = await ada.http.get(link, headers={"range": "bytes=0-1", "if-range": tag})
    assert (same.status_code, same.content) == (206, b"01")
    other = await ada.http.get(link, headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (other.status_code, len(other.content)) == (200, 10)


async def test_headers_can_be_asked_for_alone(person: MakePerson) -> None:
    ada = person()
    data = samples.image()
    link = await ada.link(await ada.attach(data, "a.png", "image/png"))
    head = await ada.http.head(link)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
    assert head.headers["accept-ranges"] == "bytes"
    assert head.headers["cache-control"].startswith("private")
    assert head.headers["referrer-policy"] == "no-referrer"


async def test_bytes_that_are_gone_are_an_error_and_not_half_an_answer(person: MakePerson, services: Services) -> None:
    ada = person()
    attached = await ada.attach(b"0123456789", "a.txt")
    link = await ada.link(attached)
    await services.files.storage.remove(f"{attached.id}/")
    for headers in ({}, {"range": "bytes=2-4"}):
        status, body = refusal(await ada.http.get(link, headers=headers))
        assert status == 404 and "attach it again" in body["detail"]
