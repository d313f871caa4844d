"""What a command prints of an error that it ends with."""

import errno

#: What a write to a disk ends with that has no room, or is broken.
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))


def print_error(error: Exception) -> bool:
    """Say on standard error what is wrong; False for a bug, of which nothing is said."""
    if (message := _message(error)) is None:
        return False
    from rich.markup import escape

    from chatkit_link.cli.output import console

    console(stderr=True).print(f"[red]chatkit-link:[/red] {escape(message)}")
    return True


def _message(error: Exception) -> str | None:
    """What is wrong, for the user at the terminal; None for a bug."""
    from chatkit_link.errors import ConfigurationError, LinkError

    if isinstance(error, (ConfigurationError, LinkError)):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, OSError) and error.errno in _FULL:  # standard output has no file name
        return f"The output cannot be written: {error.strerror}."
    return None
