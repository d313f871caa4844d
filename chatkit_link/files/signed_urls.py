"""Links to files: signed, short-lived, and fresh whenever something is loaded.

An ``<img>`` carries no bearer token, so the link itself holds the file's owner and an expiry. What is
stored in items and attachments is the plain address without a signature; each response signs it again,
for its caller. A link to another user's file leads nowhere: the owner is in the signature, and
the row is looked up for that owner. Nor does a link reach further back than the session that it was made for: how
far that is stands in the signature, too, so that links are equal for all sessions that reach equally far.
"""

import hashlib
import re
import time
from collections.abc import Sequence
from typing import Literal, TypeVar, cast

from chatkit.types import Attachment, FileAttachment, GeneratedImageItem, ImageAttachment, ThreadItem, UserMessageItem
from itsdangerous import BadData, URLSafeSerializer
from pydantic import AnyUrl

from chatkit_link.caller import Caller, SessionPolicy
from chatkit_link.errors import NotFound
from chatkit_link.files.media_type import IMAGES
from chatkit_link.translations import Localized

Purpose = Literal["get", "put"]
Item = TypeVar("Item", bound=ThreadItem)

# Changing this ends all links: it separates these signatures from all others made with the same secret.
SALT = "chatkit-link.file-links.v1"
#: A link of ours has a few hundred characters, mostly the ids of its owner.
LONGEST = 4000

_OURS = re.compile(r"/files/(atc_[0-9a-f]{32})(/preview)?(?:\?[^#]*)?$")


def link_not_found() -> NotFound:
    return NotFound(Localized("file_link_expired"))


class Links:
    """Makes and reads links.

    secrets: HMAC-SHA256 keys; the first one signs, each of them reads.
    address: where browsers reach this server, unless the caller is known to have reached it elsewhere.
    lifetime: seconds that a link is good for at least; at most twice that.
    """

    def __init__(self, secrets: tuple[bytes, ...], *, address: str, lifetime: float) -> None:
        self._signer = URLSafeSerializer(
            secrets[::-1],  # the package signs with the last one
            salt=SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        self._address = address
        self._lifetime = int(lifetime)

    def plain(self, file_id: str, *, preview: bool = False) -> str:
        """The address of a file or its preview, without a signature."""
        return _url(self._address, file_id, preview=preview)

    def signed(self, file_id: str, caller: Caller, *, preview: bool = False) -> str:
        """The same link for a while, so that a browser's cache knows it again."""
        ends = (int(time.time()) // self._lifetime + 2) * self._lifetime
        url = _url(caller.address or self._address, file_id, preview=preview)
        return f"{url}?link={self._sign('get', file_id, caller, ends)}"

    def upload(self, file_id: str, caller: Caller, lifetime: float) -> str:
        """Where the bytes of a new file go."""
        url = _url(caller.address or self._address, file_id)
        return f"{url}?link={self._sign('put', file_id, caller, int(time.time() + lifetime))}"

    def _sign(self, purpose: Purpose, file_id: str, caller: Caller, ends: int) -> str:
        signed: list[object] = [purpose, file_id, caller.tenant, caller.user, ends]
        session = caller.session
        if session is not None and not (session.history and session.recent_threads is None):
            signed.append([session.history, session.recent_threads])
        return str(self._signer.dumps(signed))

    def read(self, purpose: Purpose, file_id: str, link: str) -> tuple[Caller, int]:
        """Whose file a link is for, and the seconds that it is still good for.

        Of the session that it was made for, the caller has no more than how far it reaches back.

        Raises:
            NotFound: it is forged, expired, or for something else; which of them is not revealed.
        """
        try:
            signed = cast("list[object]", self._signer.loads(link[:LONGEST]))
            given_purpose, given_id, tenant, user, ends, *reach = signed
        except (BadData, ValueError, TypeError):
            raise link_not_found() from None
        left = cast("int", ends) - int(time.time())
        if (given_purpose, given_id) != (purpose, file_id) or left <= 0:
            raise link_not_found()
        return Caller(tenant=str(tenant), user=str(user), session=_session(reach)), left

    def attachment(self, file_id: str, name: str, mime_type: str, thread_id: str | None) -> Attachment:
        """An attachment as it is stored: with plain addresses."""
        if mime_type not in IMAGES:
            return FileAttachment(id=file_id, name=name, mime_type=mime_type, thread_id=thread_id)
        preview = AnyUrl(self.plain(file_id, preview=True))
        return ImageAttachment(id=file_id, name=name, mime_type=mime_type, thread_id=thread_id, preview_url=preview)

    def fresh_attachment(self, attachment: Attachment, caller: Caller) -> Attachment:
        """The same attachment with a preview link that works now; unchanged where the link is not ours."""
        if not isinstance(attachment, ImageAttachment):
            return attachment
        url = self._fresh(str(attachment.preview_url), caller)
        return attachment.model_copy(update={"preview_url": AnyUrl(url)})

    def fresh(self, item: Item, caller: Caller) -> Item:
        """The same item with links that work now."""
        match item:
            case UserMessageItem(attachments=attachments) if attachments:
                fresh = [self.fresh_attachment(attachment, caller) for attachment in attachments]
                return item.model_copy(update={"attachments": fresh})
            case GeneratedImageItem(image=image) if image is not None:
                url = self._fresh(image.url, caller)
                return item.model_copy(update={"image": image.model_copy(update={"url": url})})
            case _:
                return item

    def fresh_all(self, items: Sequence[ThreadItem], caller: Caller) -> list[ThreadItem]:
        return [self.fresh(item, caller) for item in items]

    def file_id(self, url: str) -> str | None:
        """The file that an address of ours leads to."""
        found = _OURS.search(url)
        return found[1] if found else None

    def _fresh(self, url: str, caller: Caller) -> str:
        found = _OURS.search(url)
        return self.signed(found[1], caller, preview=found[2] is not None) if found else url


def _url(address: str, file_id: str, *, preview: bool = False) -> str:
    return f"{address}/files/{file_id}{'/preview' if preview else ''}"


def _session(reach: list[object]) -> SessionPolicy | None:
    """A session that may do nothing but reach so far back; ``None`` for all threads."""
    if not reach:
        return None
    history, recent_threads = cast("tuple[bool, int | None]", reach[0])
    return SessionPolicy(
        id="", agent="", per_minute=0, lifetime=0, titling=False, history=history, recent_threads=recent_threads
    )
