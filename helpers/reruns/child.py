"""Execute one notebook through papermill, in a process that ends with the one that started it.

The starter holds the other end of the standard input, and never writes. When it ends, however that
comes, the system closes that end.
"""

import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import papermill


def main(arguments: Path) -> None:
    """Call ``papermill.execute_notebook`` with the arguments in a file of JSON.

    Without its starter the process interrupts itself, which ends the kernel too, and removes the
    folder of the file.
    """
    orphaned = threading.Event()

    def watch():
        os.read(sys.stdin.fileno(), 1)
        orphaned.set()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()
    try:
        papermill.execute_notebook(**json.loads(arguments.read_text()))
    finally:
        if orphaned.is_set():
            shutil.rmtree(arguments.parent, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
