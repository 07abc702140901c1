"""What several tests of models share."""

import sys
import types

import pytest


@pytest.fixture
def brought(monkeypatch):
    """Return what takes a function, as the chapter does it by its name."""

    from helpers.models import user_model  # slow to load

    def take(make, shape=(5,), n_outputs=3, predicts="classes"):
        module = types.ModuleType("brought")
        module.make = make
        monkeypatch.setitem(sys.modules, "brought", module)
        return user_model("brought:make", shape, n_outputs, predicts)

    return take
