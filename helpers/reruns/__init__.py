"""Rerun notebooks on a grid of values: checked beforehand, resumed when interrupted, compared.

``command`` reads what the user asks for, ``given`` the values, ``notebooks`` checks them,
``execute`` runs one notebook, in a ``child`` process, ``workers`` are where that happens, ``store``
keeps what came of it, ``grid`` does all of that for many, ``report`` compares them, and ``verify``
repeats one.
"""

import os
import sys

# A folder of results has a lock of its own. Those of HDF5 stay with a process that is being started
# just then, for a moment, and the next to open the file is refused.
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

# jsonschema, behind nbformat, imports this where it can, to check addresses, of which notebooks
# have none: most of the time that papermill takes to start.
sys.modules.setdefault("rfc3987_syntax", None)
