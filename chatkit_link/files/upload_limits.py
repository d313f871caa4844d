"""What may be attached: sizes, numbers, media types and quotas."""

from dataclasses import dataclass
from typing import Self

from chatkit_link.errors import OverQuota, TooLarge, TooManyRequests, UnsupportedType
from chatkit_link.limits.shares import Bounds
from chatkit_link.settings import Settings
from chatkit_link.store.files import Awaiting, Usage
from chatkit_link.translations import Localized

#: ``Retry-After`` where too many uploads have begun, in seconds: they are forgotten after a few minutes.
_RETRY = 60


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """max_size: bytes of a file. max_count: files of a message. accept: media types, also ``image/*`` and ``*/*``.
    user, address, tenant: bytes that the files of one user, from one address and of one tenant may take together; of
        ``address``, 0 is no bound.
    user_files, tenant_files: how many files they may be.
    keep_free: bytes that stay free on a disk.
    at_once: uploads whose bytes are received at the same time. begun: those that nothing has come of yet.
    """

    max_size: int
    max_count: int
    accept: tuple[str, ...]
    user: int
    address: int
    tenant: int
    user_files: int
    tenant_files: int
    keep_free: int
    at_once: Bounds
    begun: Bounds

    @classmethod
    def of(cls, settings: Settings) -> Self:
        types = (pattern.strip().lower() for pattern in settings.upload_types.split(","))
        return cls(
            max_size=settings.max_upload,
            max_count=settings.max_attachments,
            accept=tuple(pattern for pattern in types if pattern),
            user=settings.user_quota,
            address=settings.address_quota,
            tenant=settings.tenant_quota,
            user_files=settings.user_files,
            tenant_files=settings.tenant_files,
            keep_free=settings.keep_free,
            at_once=Bounds(
                user=settings.uploads_at_once,
                address=settings.uploads_at_once_address,
                total=settings.uploads_at_once_total,
            ),
            begun=Bounds(
                user=settings.uploads_begun,
                address=settings.uploads_begun_address,
                total=settings.uploads_begun_total,
            ),
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

    def require_room(self, usage: Usage, size: int, *, files: int = 1) -> None:
        """Room for ``size`` bytes more, of so many files.

        An address never gets more than it leaves to all others. So one alone can take half of a tenant's space, two
        can take two thirds, and however many there are, someone who comes from another one finds room.

        Raises:
            OverQuota: there is none.
        """
        if usage.user.size + size > self.user or usage.user.files + files > self.user_files:
            raise OverQuota(Localized("no_room_left"))
        left = self.tenant - usage.tenant.size - size
        files_left = self.tenant_files - usage.tenant.files - files
        if left < 0 or files_left < 0:
            raise OverQuota(Localized("no_room_left_here"))
        if usage.network is None or not self.address:
            return
        taken = usage.network.size + size
        if taken > min(left, self.address) or usage.network.files + files > files_left:
            raise OverQuota(Localized("no_room_left_here"))

    def require_few(self, awaiting: Awaiting) -> None:
        """Raises TooManyRequests where a user, or an address, has begun too many uploads that nothing has come of."""
        if awaiting.user >= self.begun.user:
            raise TooManyRequests(Localized("user_crowded"), retry_after=_RETRY)
        if 0 < self.begun.address <= awaiting.address:
            raise TooManyRequests(Localized("network_crowded", seconds=_RETRY), retry_after=_RETRY)
