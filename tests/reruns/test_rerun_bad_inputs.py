"""Whatever is wrong in a call is told in plain words, before anything is written."""

import pytest
from rerun_bad_inputs import try_all

pytestmark = pytest.mark.slow


def test_bad_input_of_every_kind_is_refused_in_plain_words(tmp_path):
    assert try_all(40, tmp_path, seed=1) == {}
