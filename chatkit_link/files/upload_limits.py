"""What may be attached: sizes, numbers, media types and quotas."""

from dataclasses import dataclass
from typing import Self

from chatkit_link.errors import OverQuota, TooLarge, UnsupportedType
from chatkit_link.settings import Settings
from chatkit_link.store.files import Usage
from chatkit_link.translations import Localized


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """max_size: bytes of a file. max_count: files of a message. accept: media types, also ``image/*`` and ``*/*``.
    user, tenant: bytes that one user's files, and those of a tenant, may take together.
    """

    max_size: int
    max_count: int
    accept: tuple[str, ...]
    user: int
    tenant: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        types = (pattern.strip().lower() for pattern in settings.upload_types.split(","))
        return cls(
            max_size=settings.max_upload,
            max_count=settings.max_attachments,
            accept=tuple(pattern for pattern in types if pattern),
            user=settings.user_quota,
            tenant=settings.tenant_quota,
        )

    def require_type(self, mime_type: str) -> None:
        """Raises UnsupportedType."""
        media_type = mime_type.partition(";")[0].strip().lower()
        if not {media_type, f"{media_type.partition('/')[0]}/*", "*/*"} & set(self.accept):
            refused = UnsupportedType(Localized("type_not_taken", types=", ".join(self.accept)))
            refused.types = self.accept
            raise refused

    def require_size(self, size: int) -> None:
        """Raises TooLarge."""
        if size > self.max_size:
            raise TooLarge(Localized("file_too_large", most=self.max_size))

    def require_room(self, usage: Usage, size: int) -> None:
        """Raises OverQuota."""
        if usage.user + size > self.user:
            raise OverQuota(Localized("no_room_left"))
        if usage.tenant + size > self.tenant:
            raise OverQuota(Localized("no_room_left_here"))
