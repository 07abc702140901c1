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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ends_with_starter(scratch: Path) -> Iterator[None]:
    """Interrupt what is done here, and remove a folder, when the process that started this ends."""
    orphaned = threading.Event()

    def watch():
        os.read(sys.stdin.fileno(), 1)
        orphaned.set()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        if orphaned.is_set():
            shutil.rmtree(scratch, ignore_errors=True)


def main(arguments: Path) -> None:
    """Call ``papermill.execute_notebook`` with the arguments in a file of JSON.

    Without its starter the process interrupts itself, which ends the kernel too, and removes the
    folder of the file. The kernel called python3 is this Python, whatever the user may have under
    that name, and nothing of it is left in the user's folders.
    """
    import papermill  # only here: experiments, too, end with their starter
    from ipykernel.kernelspec import get_kernel_dict

    scratch = arguments.parent
    with ends_with_starter(scratch):
        kernel = scratch / "jupyter" / "kernels" / "python3"
        kernel.mkdir(parents=True, exist_ok=True)
        (kernel / "kernel.json").write_text(json.dumps(get_kernel_dict()))
        os.environ["JUPYTER_PATH"] = str(scratch / "jupyter")  # is searched first
        os.environ["JUPYTER_RUNTIME_DIR"] = str(scratch / "runtime")
        papermill.execute_notebook(**json.loads(arguments.read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
