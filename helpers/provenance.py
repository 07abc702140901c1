"""What a result was made with."""

import functools
import hashlib
import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "xarray", "batch-size-book")
HELPERS = Path(__file__).parent


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the numbers, by name.

    >>> sorted(versions())[-3:]
    ['scikit-learn', 'tensorflow', 'xarray']
    """
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def processor() -> str:
    """Model of the processor, as far as the system tells, and the number of its cores."""
    model = platform.processor() or platform.machine()
    if (listed := Path("/proc/cpuinfo")).exists():
        lines = [line.partition(":") for line in listed.read_text().splitlines()]
        models = [value.strip() for name, _, value in lines if name.strip() == "model name"]
        model = models[0] if models else model
    elif platform.system() == "Darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        model = subprocess.run(asked, capture_output=True, text=True).stdout.strip() or model
    return f"{model}, {os.cpu_count()} cores"


@functools.cache
def code_key() -> str:
    """A hash of the code of ``helpers`` and of ``versions``: what is alike gives the same runs."""
    digest = hashlib.sha256(json.dumps(versions()).encode())
    for path in sorted(HELPERS.rglob("*.py")):
        digest.update(str(path.relative_to(HELPERS)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def commit() -> str:
    """The commit of the project, with a + if files differ from it; "unknown" outside of git."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=40", "--exclude=*"]
    try:
        described = subprocess.run(command, cwd=HELPERS, capture_output=True, text=True)
    except FileNotFoundError:  # there is no git on this machine
        return "unknown"
    return described.stdout.strip() or "unknown"
