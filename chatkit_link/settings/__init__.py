"""Every setting of the server: one file per group, composed in ``settings.py``, read in ``environment.py``."""

from chatkit_link.settings.environment import load_environment, read_settings, read_variables, unknown_variables
from chatkit_link.settings.formats.lists import WORKFLOW_ID
from chatkit_link.settings.limits import Price
from chatkit_link.settings.search import SearchChoice
from chatkit_link.settings.settings import GROUPS, Settings

__all__ = [
    "GROUPS",
    "WORKFLOW_ID",
    "Price",
    "SearchChoice",
    "Settings",
    "load_environment",
    "read_settings",
    "read_variables",
    "unknown_variables",
]
