"""The last chapters, rerun with other values, tell the truth about them."""

import pytest
from chapter_reruns import PARTS, tells_the_truth


@pytest.mark.parametrize("path", PARTS[3], ids=lambda path: path.stem)
def test_rerun_tells_the_truth(path, tmp_path):
    tells_the_truth(path, tmp_path)
