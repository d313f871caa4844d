"""Every setting of the server, read from the environment and checked together."""

from chatkit_link.settings.fields import Price, SearchChoice
from chatkit_link.settings.settings import WORKFLOW_ID, Settings, read_settings, read_variables

__all__ = ["WORKFLOW_ID", "Price", "SearchChoice", "Settings", "read_settings", "read_variables"]
