"""`make pictures`: the product as it looks now, to be looked at, or the pictures of the README."""

import argparse
import subprocess
import sys

from scripts.readme_pictures import take_readme_pictures
from scripts.screens import take_screens
from tests.suite.browser_server import NotStarted, chromium

NO_CHROMIUM = "No Chromium was found: install it, or set CHATKIT_LINK_CHROMIUM to its path."


def main() -> int:
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--full", action="store_true", help="every state in every language, width and scheme")
    which.add_argument("--readme", action="store_true", help="write docs/pictures/ instead")
    chosen = parser.parse_args()
    if chromium() is None:
        print(NO_CHROMIUM)
        return 1
    try:
        if chosen.readme:
            take_readme_pictures()
            return 0
        return 1 if take_screens(is_full=chosen.full) else 0
    except (NotStarted, subprocess.CalledProcessError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
