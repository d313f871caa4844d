"""What is in a backup, in one line."""

from chatkit_link.backup.manifest import Manifest


def describe(manifest: Manifest) -> str:
    """Such as ``1 thread, 14 items and 2 files (1.2 MB), schema 0014``."""
    threads = counted(manifest.rows.get("threads", 0), "thread")
    items = counted(manifest.rows.get("thread_items", 0), "item")
    size = f" ({manifest.bytes / 1_000_000:,.1f} MB)" if manifest.files else ""
    return f"{threads}, {items} and {counted(manifest.files, 'file')}{size}, schema {manifest.revision}"


def counted(number: int, noun: str) -> str:
    """Such as ``1 thread`` and ``1,200 threads``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
