"""Professor Lock, a sports analyst: an example of an agent with tools, widgets, actions and mentions.

The target of ``chatkit-link.toml`` is this folder, and ``assistant`` is what the server looks for in it.
"""

from .professor import build
from .settings import LockSettings

assistant = build(LockSettings())
