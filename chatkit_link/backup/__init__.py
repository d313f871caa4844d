"""A backup: the database and the files of one deployment in one file, and back."""
