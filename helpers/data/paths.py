"""Where the reader's own files and folders are."""

import re
from pathlib import Path

from helpers.data.names import shown
from helpers.errors import ParameterError, quoted

REMOTE = re.compile(r"([A-Za-z][\w+.-]+):/")


def place(path: str | Path) -> Path:
    """Where a file or folder (``path``) is on this machine, ~ being the home.

    Raises:
        ParameterError: it is an address in a network, or no path that can be opened.
    """
    if remote := REMOTE.match(str(path)):
        raise ParameterError(
            f"{quoted(path)} is on another machine ({remote[1]}): download it first, and give the "
            "path of the file"
        )
    try:
        here = Path(path).expanduser()
        here.stat()
    except (FileNotFoundError, NotADirectoryError):
        return here
    except RuntimeError as error:
        raise ParameterError(
            f"{quoted(path)} begins with the home of a user that this machine does not know: give "
            "the whole path"
        ) from error
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise ParameterError(f"{shown(str(path), 200)} cannot be opened: {said}") from error
    return here
