"""A good table, and how a bad one is refused."""

import pytest

from helpers.data.user_tables import load_table
from helpers.errors import ParameterError

GOOD = "width,colour,kind\n" + "".join(
    f"{i / 4},{['red', 'blue'][i % 3 == 0]},{'ab'[i % 2]}\n" for i in range(24)
)


def refusal(path, target="kind", *features, **options):
    """The sentence with which a file is refused."""
    with pytest.raises(ParameterError) as raised:
        load_table(path, target, features or None, **options)
    (sentence,) = raised.value.problems
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence
