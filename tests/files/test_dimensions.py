"""What an image says of its size, without being decoded."""

import os
import struct
from typing import Any

import pytest
from PIL import Image

from chatkit_link.files.dimensions import LOOKED_AT, dimensions
from tests.files import samples

SIZES = [(1, 1), (64, 48), (300, 4000), (5000, 7)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_the_size_of_each_kind_of_image_is_read(kind: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    data = samples.image(kind, size, **options)
    assert dimensions(data[:LOOKED_AT], f"image/{kind.lower()}") == size


def test_a_photo_has_its_thumbnail_and_profile_first() -> None:
    exif = Image.Exif()
    exif[0x010F] = "x" * 60_000
    photo = samples.image("JPEG", (4032, 3024), exif=exif, icc_profile=os.urandom(100_000))
    assert dimensions(photo[:LOOKED_AT], "image/jpeg") == (4032, 3024)
    filled = photo[:2] + b"\xff\xff\xff" + photo[2:]  # a marker may be preceded by any number of these
    assert dimensions(filled[:LOOKED_AT], "image/jpeg") == (4032, 3024)


@pytest.mark.parametrize("kind", ["png", "gif", "webp", "jpeg"])
def test_what_ends_too_early_or_is_no_image_has_no_size(kind: str) -> None:
    whole = samples.image(kind.upper(), (64, 64))
    first = next(end for end in range(len(whole)) if dimensions(whole[:end], f"image/{kind}"))
    assert first < 400
    assert all(dimensions(whole[:end], f"image/{kind}") is None for end in range(5))
    assert dimensions(b"RIFF1234WEBPABCD" + bytes(60), "image/webp") is None
    assert dimensions(b"\xff\xd8" + bytes(60), "image/jpeg") is None
    assert dimensions(b"\xff\xd8\xff\xfe\0\0" + bytes(60), "image/jpeg") is None
    assert dimensions(whole, "image/tiff") is None


def test_a_jpeg_of_nothing_but_segments_is_not_followed_for_ever() -> None:
    head = (b"\xff\xd8" + b"\xff\xfe\x00\x02" * LOOKED_AT)[: LOOKED_AT - 20]
    frame = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 5, 5)
    assert dimensions(head + frame, "image/jpeg") is None
