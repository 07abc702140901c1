"""What a result was made with."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "xarray", "batch-size-book")


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
