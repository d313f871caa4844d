import pytest


@pytest.fixture(scope="session")
def database_address() -> str:
    """What the page's example asks for."""
    return "memory"
