"""What Professor Lock has in its environment to ask the services of ``tests/examples/services.py``.

Without imports: the process that hands out the tests reads it, and pytest wants to see libraries first there.
"""

from typing import Final

TOKEN: Final = "token-of-the-node-back-end"
ANON_KEY: Final = "sb_publishable_of_the_browser_tests"
#: Seconds after which a slow question is answered all the same, so that no test leaves one behind.
LONGEST: Final = 60


def variables(address: str) -> dict[str, str]:
    """What Professor Lock has in its environment to ask them."""
    return {
        "STATMUSE_URL": f"{address}/statmuse",
        "BACKEND_URL": f"{address}/node",
        "BACKEND_TOKEN": TOKEN,
        "SUPABASE_URL": f"{address}/supabase",
        "SUPABASE_ANON_KEY": ANON_KEY,
        "SUPABASE_TABLES": "picks",
        "LOCK_TIMEOUT": str(LONGEST),
    }
