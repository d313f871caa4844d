"""The bytes of attachments and of generated images: taken in, looked at, kept, given out, removed."""
