"""Professor Lock, a sports analyst: an example of an agent with tools, widgets, actions and mentions.

The target of ``chatkit-link.toml`` is this folder, and ``assistant`` is what the server looks for in it. A catalog
entry chooses a voice by name: ``./:sharp`` or ``./:dry``. They share one cache of odds.
"""

from .professor import build
from .settings import LockSettings
from .sources import choose

_settings = LockSettings()
_sources = choose(_settings)

dry = build(_settings, sources=_sources, voice="dry")
sharp = build(_settings, sources=_sources, voice="sharp")
assistant = sharp if _settings.lock_voice == "sharp" else dry
