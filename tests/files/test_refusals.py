"""What an attacker would attach, and what becomes of it."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pytest

from chatkit_link.client import ClientError
from chatkit_link.http.services import Services
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person, refusal, until

MakePerson = Callable[..., Person]
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def zip_bomb() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 50_000_000)
    return target.getvalue()


REFUSED: dict[str, tuple[int, bytes, str, str]] = {
    "HTML called PNG": (415, HTML, "a.png", "image/png"),
    "HTML declared as PNG": (415, HTML, "a", "image/png"),
    "HTML called text": (415, HTML, "a.txt", "text/plain"),
    "HTML behind a comment": (415, b"<!-- x --> \n<HTML>", "a.txt", "text/plain"),
    "HTML in UTF-16": (415, "\ufeff<script>".encode("utf-16-le"), "a.txt", "text/plain"),
    "SVG": (415, SVG, "a.svg", "image/svg+xml"),
    "SVG called PNG": (415, SVG, "a.png", "image/png"),
    "SVG called text": (415, SVG, "a.txt", "text/plain"),
    "XML": (415, b"<?xml version='1.0'?><a/>", "a.txt", "text/plain"),
    "text called PDF": (415, b"hello", "a.pdf", "application/pdf"),
    "text called PNG": (415, b"hello", "a.png", "text/plain"),
    "a program": (415, b"MZ" + bytes(200), "a.txt", "text/plain"),
    "an ELF program": (415, b"\x7fELF\x02\x01\x01" + bytes(200), "a.txt", "text/plain"),
    "a zip": (415, zip_bomb(), "a.zip", "application/zip"),
    "a script in a GIF's clothes": (415, b"GIF89a=1;//<script>alert(1)</script>", "a.gif", "image/gif"),
    "the first bytes of a PNG only": (415, b"\x89PNG\r\n\x1a\n" + b"<script>" * 9, "a.png", "image/png"),
    "a cut JPEG": (415, samples.image("JPEG", (500, 500))[:600], "a.jpg", "image/jpeg"),
    "text that turns binary": (415, b"x" * 5000 + b"\0\1\2", "a.txt", "text/plain"),
    "nothing": (422, b"", "a.txt", "text/plain"),
    "3.6 thousand million pixels": (413, samples.pixel_bomb(), "a.png", "image/png"),
    "a very wide image": (413, samples.pixel_bomb(2_000_000_000, 1), "a.png", "image/png"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_it_is_refused_and_nothing_is_left_behind(
    person: MakePerson, services: Services, case: tuple[int, bytes, str, str]
) -> None:
    status, data, name, kind = case
    folder = services.settings.data / "files"
    before = {path.name for path in folder.iterdir()} if folder.exists() else set[str]()
    ada = person()

    assert refusal(await ada.post(data, name, kind))[0] == status

    services.files.tidy()
    await until(lambda: not ({path.name for path in folder.iterdir()} - before))


async def test_a_refused_type_comes_with_those_that_are_taken(
    make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async with running(make_settings(upload_types="image/*, text/plain")) as address:
        refused = await person(address).post(b"PK\x03\x04" + bytes(60), "a.zip", "application/zip")
        problem = refused.json()
        assert (problem["code"], problem["types"]) == ("type_not_taken", ["image/*", "text/plain"])
        unlike = await person(address).post(b"hello", "a.pdf", "application/pdf")
        assert unlike.status_code == 415
        assert "types" not in unlike.json()


async def test_an_image_that_is_a_page_too_is_an_image_only(person: MakePerson) -> None:
    """A browser is not asked what it is, and may run nothing in it."""
    ada = person()
    attached = await ada.attach(samples.image() + HTML, "a.png", "image/png")
    given = await ada.http.get(await ada.link(attached))
    assert given.headers["content-type"] == "image/png"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in given.headers["content-security-policy"]
    assert "default-src 'none'" in given.headers["content-security-policy"]
    preview = await ada.http.get(str(getattr(attached, "preview_url")))  # noqa: B009 - of an image
    assert b"<script>" not in preview.content


async def test_a_document_in_a_zip_is_not_opened(person: MakePerson) -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    attached = await person().attach(zip_bomb(), "a.docx", kind)
    assert (attached.type, attached.mime_type) == ("file", kind)


async def test_an_animation_is_decoded_up_to_its_first_frame(person: MakePerson) -> None:
    data = samples.many_frames()
    async with asyncio.timeout(30):
        attached = await person().attach(data, "a.gif", "image/gif")
    assert attached.type == "image"


async def test_html_that_was_allowed_is_never_shown_as_html(
    make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async with running(make_settings(upload_types="*/*")) as address:
        ada = person(address)
        for data, name in ((HTML, "a.html"), (SVG, "a.svg")):
            given = await ada.http.get(await ada.link(await ada.attach(data, name, "")))
            assert given.headers["content-type"] == "application/octet-stream"
            assert given.headers["content-disposition"].startswith("attachment")


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system.ini": "system.ini",
    "/etc/shadow": "shadow",
    "..": "file",
    "photo\u202egnp.exe.txt": "photognp.exe.txt",
    "a\r\nSet-Cookie: x=1.txt": "a Set-Cookie: x=1.txt",
    "\u2066\u200f": "file",
    "面 白い.txt": "面 白い.txt",
    'a";filename=evil.html': 'a";filename=evil.html',
    "x" * 500 + ".txt": "x" * 196 + ".txt",
}


@pytest.mark.parametrize(("given", "kept"), NAMES.items())
async def test_a_name_is_made_harmless(person: MakePerson, given: str, kept: str) -> None:
    from chatkit_link.files.filename import clean_name

    assert clean_name(given) == kept
    ada = person()
    begun = await ada.chat.create_attachment(given, 5, "text/plain")
    assert begun.name == kept
    where = begun.upload_descriptor
    assert where is not None
    assert (await ada.http.put(str(where.url), content=b"hello")).status_code == 204
    disposition = (await ada.http.get(await ada.link(begun))).headers["content-disposition"]
    assert disposition.isascii() and disposition.count('"') == 2
    assert not {"\u202e", "\r", "\n", "/", "\\"} & set(disposition)


FORM = "multipart/form-data; boundary=x"
FORMS: dict[str, tuple[bytes, str, int]] = {
    "no form": (b"{}", "application/json", 415),
    "no boundary": (b"x", "multipart/form-data", 415),
    "no file in it": (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', FORM, 400),
    "no file": (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--x--\r\n', FORM, 400),
    "half": (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n123', FORM, 400),
    "noise": (bytes(range(256)) * 4, FORM, 400),
    "empty": (b"", FORM, 400),
    "a header without end": (b"--x\r\n" + b"A" * 100_000, FORM, 400),
    "a hundred thousand parts": (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 100_000, FORM, 400),
    "a hundred thousand headers": (b"--x\r\n" + b"A: b\r\n" * 100_000, FORM, 400),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_a_form_that_is_none_is_refused(person: MakePerson, form: tuple[bytes, str, int]) -> None:
    body, kind, status = form
    response = await person().http.post("/files", content=body, headers={"content-type": kind})
    assert refusal(response)[0] == status


async def test_a_form_is_not_read_on_for_a_file_that_does_not_come(person: MakePerson) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"1" * 10_000 + b"\r\n"

    response = await person().http.post("/files", content=long(), headers={"content-type": FORM})
    status, body = refusal(response)
    assert status == 400 and "does not come first" in body["detail"]


async def test_too_much_is_refused_before_and_while_it_comes(
    make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(50):
            yield b"a" * 10_000
        yield b"\r\n--x--\r\n"

    async with running(make_settings(max_upload=100_000)) as address:
        ada = person(address)
        assert refusal(await ada.post(b"a" * 500_000))[0] == 413
        headers = {"content-type": FORM}
        assert refusal(await ada.http.post("/files", content=drip(), headers=headers))[0] == 413  # no length is told
        assert (await ada.post(b"a" * 100_000)).status_code == 200
        assert refusal(await ada.post(b"a" * 100_001))[0] == 413


async def test_a_quota_is_not_overdrawn_by_200_uploads_at_once(
    make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    async with running(make_settings(user_quota=100_000)) as address:
        ada, bob = person(address), person(address)
        await ada.http.get("/api/agents")  # the cookie first, or each upload is somebody else's
        answers = await asyncio.gather(*(ada.post(b"a" * 10_000, f"{n}.txt") for n in range(200)))
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 429}
        assert 5 <= statuses.count(200) <= 10
        status, body = refusal(next(answer for answer in answers if answer.status_code == 429))
        assert (status, body["title"]) == (429, "No room left")
        with pytest.raises(ClientError, match="used up"):
            await ada.chat.create_attachment("a.txt", 90_000, "text/plain")
        assert (await bob.post(b"a" * 10_000)).status_code == 200


async def test_a_small_file_that_unfolds_uses_up_the_space_that_it_takes(
    make_settings: Callable[..., Settings], person: MakePerson
) -> None:
    """Two kilobytes of PDF are a megabyte of text, which is kept beside it."""
    bomb = samples.pdf_of_much_text()
    assert len(bomb) < 5000
    async with running(make_settings(user_quota=2_500_000)) as address:
        ada = person(address)
        statuses = [(await ada.post(bomb, "a.pdf", "application/pdf")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        # Nor by beginning many while there is room: the last look is when the bytes are there.
        begun = [await ada.chat.create_attachment("b.pdf", len(bomb), "application/pdf") for _ in range(2)]
        for one in begun:
            assert one.upload_descriptor is not None
            assert refusal(await ada.http.put(str(one.upload_descriptor.url), content=bomb))[0] == 429
        assert (await ada.post(b"there is still room for a little")).status_code == 200


async def test_a_tenant_has_a_quota_of_its_own(make_settings: Callable[..., Settings], person: MakePerson) -> None:
    async with running(make_settings(tenant_quota=10)) as address:
        status, body = refusal(await person(address).post(b"a" * 100))
        assert status == 429 and "operator of this chat" in body["detail"]


async def test_room_is_given_back(make_settings: Callable[..., Settings], person: MakePerson) -> None:
    async with running(make_settings(user_quota=20_000)) as address:
        ada = person(address)
        attached = await ada.attach(b"a" * 15_000)
        assert (await ada.post(b"a" * 15_000)).status_code == 429
        await ada.chat.delete_attachment(attached.id)
        assert (await ada.post(HTML + b"a" * 15_000, "a.png")).status_code == 415  # and by what was refused
        assert (await ada.post(b"a" * 15_000)).status_code == 200


async def test_200_uploads_at_once_all_arrive(person: MakePerson) -> None:
    ada = person()
    await ada.http.get("/api/agents")
    answers = await asyncio.gather(*(ada.post(b"number %d" % n, f"{n}.txt") for n in range(200)))
    assert {answer.status_code for answer in answers} == {200}


async def test_one_message_carries_only_so_many(person: MakePerson) -> None:
    ada = person()
    files = [await ada.attach(b"x") for _ in range(11)]
    with pytest.raises(ClientError, match="At most 10 files") as refused:
        await ada.send(*files)
    assert refused.value.status == 422
    assert (await ada.chat.list_threads()).data == []
    assert (await ada.send(*files[:10])).text


async def test_somebody_elses_file_does_not_exist(person: MakePerson) -> None:
    ada, bob = person(), person()
    adas = await ada.attach(samples.image(), "a.png", "image/png")
    bobs = await bob.attach(b"x")
    link = await ada.link(adas)
    bobs_link = (await bob.link(bobs)).partition("?")[2]

    assert (await bob.http.get(f"/files/{adas.id}/link")).status_code == 404
    for path in (f"/files/{adas.id}", f"/files/{adas.id}/preview"):
        for query in (bobs_link, "", "link=x", bobs_link.replace("get", "put")):
            assert refusal(await bob.http.get(f"{path}?{query}"))[0] == 404
    for attempt in (bob.send(adas), bob.chat.delete_attachment(adas.id)):
        with pytest.raises(ClientError, match="no such attachment") as refused:
            await attempt
        assert refused.value.status == 404
    assert refusal(await bob.http.put(f"/files/{adas.id}?{bobs_link}", content=b"x"))[0] == 404
    assert refusal(await bob.http.put(link, content=b"x"))[0] == 404  # a link to read is none to write
    assert (await ada.http.get(link)).status_code == 200


async def test_a_link_cannot_be_changed(person: MakePerson) -> None:
    ada = person()
    link = await ada.link(await ada.attach(b"x"))
    body, _, signature = link.rpartition(".")
    for forged in (link[:-1], link + "x", body, f"{body}.", f"{body}x.{signature}", link.replace("link=", "link=e")):
        assert (await ada.http.get(forged)).status_code == 404
    begun = await ada.chat.create_attachment("a.txt", 5, "text/plain")
    assert begun.upload_descriptor is not None
    assert (await ada.http.get(str(begun.upload_descriptor.url))).status_code == 404


async def test_a_sent_file_stays_in_its_thread(person: MakePerson) -> None:
    ada = person()
    attached = await ada.attach(b"x")
    made = await ada.send(attached)
    with pytest.raises(ClientError, match="belongs to another chat") as refused:
        await ada.send(attached)
    assert refused.value.status == 409
    assert (await ada.send(attached, thread_id=made.thread_id)).text  # again in its own


async def test_an_agent_that_takes_no_files_is_sent_none(person: MakePerson) -> None:
    ada = person(agent="fileless")
    attached = await ada.attach(b"x")  # this server takes files; that assistant does not
    with pytest.raises(ClientError, match="takes no files") as refused:
        await ada.send(attached)
    assert refused.value.status == 403
