"""What a backup says of itself: ``manifest.json``, and the words beside it for whoever opens the file by hand."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

#: Names in the archive. The checksums come last: an archive without them was cut off.
README, DUMP, MANIFEST, SUMS = "README.txt", "database.dump", "manifest.json", "SHA256SUMS"
INDEX, MISSING = "files.jsonl", "missing-files.txt"
#: What the names of files begin with; their keys in the storage follow.
FILES = "files/"
FORMAT = 1

WORDS = f"""\
A backup of ChatKit Link
========================

{DUMP}       the database, an archive of pg_dump in its custom format
{FILES}              the files of users, by their keys in the storage
{INDEX}         a line for each of these: key, name and type
{MANIFEST}       versions, numbers of rows and files
{MISSING}   keys of files that were not in the storage, if there were any
{SUMS}          checksums of all of this

To restore it: chatkit-link restore THIS-FILE

Without ChatKit Link:

    tar xf THIS-FILE
    sha256sum -c {SUMS}
    pg_restore --no-owner --no-privileges --exit-on-error --dbname ADDRESS {DUMP}

into an empty database; then put what is in {FILES} into the folder or the bucket of the files.

The secret that signs cookies and links (CHATKIT_LINK_SECRET) is not in it.
"""


class FileLine(BaseModel):
    """A line of ``files.jsonl``. key: in the storage. type, disposition: headers that a bucket keeps with it."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    type: str
    disposition: str


class Manifest(BaseModel):
    """format: of the archive. version: of ChatKit Link. revision: of the migrations. postgres: of the server.

    pg_dump: its major version. rows: of each table. files, bytes: stored ones, and their sizes together.
    missing: files that the database knows and the storage did not have. secret: a fingerprint. storage: its marker.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    version: str
    created_at: datetime
    revision: str
    postgres: str
    pg_dump: int
    table_schema: str
    rows: dict[str, int]
    files: int
    bytes: int
    missing: int
    secret: str | None
    storage: str | None

    @property
    def summary(self) -> dict[str, Any]:
        """For the audit log."""
        return {
            "created_at": self.created_at.isoformat(timespec="seconds"),
            "schema": self.revision,
            "threads": self.rows.get("threads", 0),
            "files": self.files,
        }
