"""The former name of ``helpers.data``, kept for scripts that import it."""

from helpers.data import *  # noqa: F403
from helpers.data import __all__  # noqa: F401
