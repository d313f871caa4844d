"""The keys of a stored file, and the headers that a bucket keeps with each."""

from collections.abc import Iterator

from chatkit_link.backup.manifest import FileLine
from chatkit_link.files.filename import content_disposition
from chatkit_link.files.media_type import IMAGES, inert_type
from chatkit_link.store.dump import StoredFile


def stored(file: StoredFile) -> Iterator[FileLine]:
    """The bytes themselves and what was made of them, as they were put there (``files/uploads.py``)."""
    disposition = content_disposition(file.name, inline=file.mime_type in IMAGES)
    yield FileLine(key=file.place, name=file.name, type=inert_type(file.mime_type), disposition=disposition)
    for name, mime_type in file.renditions.items():
        disposition = "inline" if mime_type in IMAGES else "attachment"
        yield FileLine(key=f"{file.place}.{name}", name=file.name, type=mime_type, disposition=disposition)
