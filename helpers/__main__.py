"""``python -m helpers``: rerun notebooks on a grid of values, and verify what came of it."""

from helpers.reruns.command import main

if __name__ == "__main__":
    main(prog_name="python -m helpers")
