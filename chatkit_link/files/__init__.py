"""The bytes of attachments and of generated images: received, checked, stored, served, removed."""
