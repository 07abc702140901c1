"""What is confirmed rests on seeds that nobody has seen; what is tuned rests on others."""

from itertools import combinations

import pytest
from chapter_files import CHAPTERS, declared, read

from helpers.parameters import seeds

RANGES = [seeds.TUNING, seeds.SPENT, seeds.CONFIRMING, seeds.EXPLORING]


def test_ranges_of_seeds_do_not_overlap():
    for one, other in combinations(RANGES, 2):
        assert one[-1] < other[0] or other[-1] < one[0]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapters_report_from_confirming_seeds_and_tune_on_others(chapter):
    given = declared(read(chapter))
    n = 4 * max(value for name, value in given.items() if name.endswith("_seeds"))  # four looks
    reported = range(given["first_seed"], given["first_seed"] + n)
    assert reported[0] in seeds.CONFIRMING
    assert reported[-1] in seeds.CONFIRMING
    assert given.get("tuning_seeds", 1) - 1 in seeds.TUNING
