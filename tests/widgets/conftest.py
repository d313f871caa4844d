import pytest

from chatkit_link.resources import resource
from chatkit_link.widgets.templates import WidgetLibrary


@pytest.fixture(scope="session")
def library() -> WidgetLibrary:
    return WidgetLibrary(resource("widgets"))
