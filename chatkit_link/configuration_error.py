"""The error of settings that cannot work; apart from ``errors.py``, which needs the SDK, so that settings load fast."""


class ConfigurationError(Exception):
    """The settings cannot work; the message says which one to change and how."""
