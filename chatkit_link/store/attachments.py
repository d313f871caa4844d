"""Attachment metadata. The bytes live elsewhere (``files/``).

An attachment belongs to one user for ever and, once a message carries it, to one thread for ever.
"""

from typing import Any

from chatkit.types import Attachment
from pydantic import TypeAdapter
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.errors import NotFound
from chatkit_link.store.tables import attachments
from chatkit_link.store.tenancy import OWNER, Session, mine, writable
from chatkit_link.store.threads import load_thread
from chatkit_link.store.unreadable import UNREADABLE, reason_of, report
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text, to_json_text


def attachment_not_found() -> NotFound:
    return NotFound(Localized("attachment_not_found"))


class Attachments:
    """Reads and writes attachment rows; holds the SDK's adapter once."""

    def __init__(self) -> None:
        self._adapter: TypeAdapter[Attachment] = TypeAdapter(Attachment)

    async def save(self, session: Session, attachment: Attachment) -> None:
        """Write an attachment.

        Raises:
            NotFound: the id or the thread is another user's, or the attachment belongs to another thread already.
        """
        values: dict[str, Any] = {"thread_id": attachment.thread_id, "data": to_json_text(attachment)}
        if attachment.thread_id is not None:
            # The foreign key asks only whether there is such a thread, not whose it is.
            await load_thread(session, attachment.thread_id)
        attachment_id = clean_text(attachment.id)
        new = insert(attachments).values(id=attachment_id, **OWNER, **values).on_conflict_do_nothing()
        if await session.execute(new.returning(attachments.c.id)):
            return
        same_thread = or_(attachments.c.thread_id.is_(None), attachments.c.thread_id == attachment.thread_id)
        changed = update(attachments).where(writable(attachments), attachments.c.id == attachment_id, same_thread)
        if (await session.execute(changed.values(**values))).changed == 0:
            raise attachment_not_found()

    async def load(self, session: Session, attachment_id: str) -> Attachment:
        """Raises NotFound for an unknown or foreign attachment, and for one that cannot be read."""
        statement = select(attachments.c.data).where(mine(attachments), attachments.c.id == clean_text(attachment_id))
        row = (await session.execute(statement)).one_or_none()
        if row is None:
            raise attachment_not_found()
        try:
            return self._adapter.validate_python(row.data)
        except UNREADABLE as error:
            report(f"attachment {attachment_id}", reason_of(error, row.data))
            raise attachment_not_found() from error

    async def delete(self, session: Session, attachment_id: str) -> None:
        """Raises NotFound for an unknown or foreign attachment."""
        statement = delete(attachments).where(writable(attachments), attachments.c.id == clean_text(attachment_id))
        if (await session.execute(statement)).changed == 0:
            raise attachment_not_found()
