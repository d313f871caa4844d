"""Uploads: what may be attached, where files are stored, and how much."""

from typing import Annotated

from pydantic import Field

from chatkit_link.settings.formats.addresses import LOCATION
from chatkit_link.settings.group import SettingsGroup


class FileSettings(SettingsGroup):
    uploads: bool = Field(default=True, description="Whether users may attach files.")
    files_url: Annotated[str, LOCATION] = Field(
        "", description="Where files are stored: `s3://`, `gs://`, `az://` or `file://`; empty means the data folder."
    )
    files_direct: bool = Field(
        default=True, description="Let browsers upload to and download from the storage itself, if it can sign URLs."
    )
    upload_types: str = Field(
        "image/png, image/jpeg, image/gif, image/webp, application/pdf, text/plain, text/markdown, text/csv, "
        "application/json, application/vnd.openxmlformats-officedocument.wordprocessingml.document, "
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, "
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        description="Media types that may be attached; wildcards such as `image/*` and `*/*` are allowed.",
    )
    max_upload: int = Field(50_000_000, ge=1, le=5_000_000_000, description="Maximum bytes of a file.")
    max_attachments: int = Field(10, ge=1, le=100, description="Maximum number of files of a message.")
    max_pixels: int = Field(50_000_000, ge=10_000, le=500_000_000, description="Maximum pixels of an image.")
    user_quota: int = Field(1_000_000_000, ge=0, description="Maximum bytes of all files of one user.")
    address_quota: int = Field(
        10_000_000_000,
        ge=0,
        description="Maximum bytes of all files from one IP address, which also never has more than it leaves to the "
        "others of its tenant; 0 counts no addresses.",
    )
    tenant_quota: int = Field(20_000_000_000, ge=0, description="Maximum bytes of all files of one tenant.")
    user_files: int = Field(10_000, ge=0, description="Maximum number of files of one user.")
    tenant_files: int = Field(200_000, ge=0, description="Maximum number of files of one tenant.")
    keep_free: int = Field(
        500_000_000, ge=0, description="Bytes of the disk that files leave free, where they are stored in a folder."
    )
    uploads_at_once: int = Field(8, ge=1, description="Uploads of one user that are received at once; others wait.")
    uploads_at_once_address: int = Field(32, ge=0, description="Uploads from one IP address that are received at once.")
    uploads_at_once_total: int = Field(128, ge=0, description="Uploads that are received at once.")
    uploads_begun: int = Field(100, ge=1, description="Uploads that one user may have begun without sending a byte.")
    uploads_begun_address: int = Field(
        500, ge=0, description="Uploads from one IP address that may have begun without sending a byte."
    )
    uploads_begun_total: int = Field(
        10_000, ge=1, description="Uploads that may have begun without sending a byte; then the oldest are forgotten."
    )
    upload_link: float = Field(600.0, ge=10, le=3600, description="Seconds for which an upload URL is valid.")
    file_link: float = Field(
        3600.0, ge=60, le=86400, description="Seconds for which the URL of a file is valid, at least."
    )
    file_text: int = Field(
        50_000, ge=0, le=1_000_000, description="Maximum characters of a file's text that the model gets."
    )
