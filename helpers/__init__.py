"""What the chapters of the batch-size book share, in rooms along the flow of the data.

``data`` and ``models`` feed ``training``, whose runs (an ``xarray.Dataset``) are read by
``analysis`` and drawn by ``plots``; ``landscape`` looks at the loss around a run's weights,
``theory`` says what runs on quadratics must do, ``costs`` looks at seconds and bytes, and
``experiments`` puts all of it together. ``parameters`` checks a chapter's settings and imports
nothing heavy, so a wrong value is refused at once; ``reruns`` is the command for grids of settings.
``errors``, ``checks`` and ``provenance`` serve every room.
"""

import importlib
import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where the names come from that are loaded when first used
    from helpers.training.sweeps import sweep
    from helpers.training.trainer import train

# TensorFlow writes start-up notes for its developers to stderr unless told otherwise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Every batch size is a program of its own, and TensorFlow's warning takes that for an accident.
logging.getLogger("tensorflow").addFilter(lambda note: "retracing" not in note.getMessage())

_HOME = {"train": "helpers.training", "sweep": "helpers.training"}
__all__ = ["sweep", "train"]


def __getattr__(name: str):
    """Load ``helpers.train`` and ``helpers.sweep``, and TensorFlow with them, when first used."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
