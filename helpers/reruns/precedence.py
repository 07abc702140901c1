"""Let ``python -m helpers`` be the book's, also in a folder that has a ``helpers.py`` of its own.

Python looks into the folder of the user first. A line in site-packages, which Python executes as it
starts, starts this one command again with ``-P``, without that folder. What installs the book
(`make book`, postBuild) writes it.
"""

import sysconfig
from pathlib import Path

LINE = (
    'import os, sys; sys.orig_argv[1:3] == ["-m", "helpers"] and '
    'os.execv(sys.executable, [sys.executable, "-P", *sys.orig_argv[1:]])\n'
)


def main() -> None:
    """Write the line."""
    Path(sysconfig.get_path("purelib"), "batch_size_book.pth").write_text(LINE)


if __name__ == "__main__":
    main()
