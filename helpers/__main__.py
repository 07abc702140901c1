"""``python -m helpers``: rerun notebooks on a grid of values, and verify what came of it."""

import sys

if not sys.flags.safe_path:
    sys.path.pop(0)  # the folder of the user, whose modules may have the names of those used here

try:
    from helpers.reruns.command import main
except ModuleNotFoundError as error:
    sys.exit(
        f"python -m helpers needs {error.name}, which is not installed here. Install the extra "
        "`reruns`, in the book's folder: python -m pip install '.[reruns]'"
    )

if __name__ == "__main__":
    main(prog_name="python -m helpers")
