"""What is in a backup, in one line."""

from chatkit_link.backup.manifest import Manifest


def describe(manifest: Manifest) -> str:
    """Such as ``3 threads, 14 items and 2 files (1.2 MB), schema 0014``."""
    threads, items = manifest.rows.get("threads", 0), manifest.rows.get("thread_items", 0)
    size = f"{manifest.bytes / 1_000_000:.1f} MB"
    return f"{threads} threads, {items} items and {manifest.files} files ({size}), schema {manifest.revision}"
