"""What the chapters of the batch-size book share.

Data flows one way: ``datasets`` and ``models`` feed ``training``, whose runs (an
``xarray.Dataset``) are read by ``analysis``, ``plots`` and ``claims``. ``parameters`` checks
a chapter's settings and imports nothing heavy, so a wrong value is refused at once.
"""

import importlib
import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where the names come from that are loaded when first used
    from helpers.sweeps import sweep
    from helpers.training import train

# TensorFlow writes start-up notes for its developers to stderr unless told otherwise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Every batch size is a program of its own, and TensorFlow's warning takes that for an accident.
logging.getLogger("tensorflow").addFilter(lambda note: "retracing" not in note.getMessage())

_HOME = {"train": "helpers.training", "sweep": "helpers.sweeps"}
__all__ = ["sweep", "train"]


def __getattr__(name: str):
    """Load ``helpers.train`` and ``helpers.sweep``, and TensorFlow with them, when first used."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
