"""What numbers or categories may be in truth, in words that may follow the name of a column."""

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.data.codes import gap_codes, may_be_keys
from helpers.data.first_rows import GAPS
from helpers.data.names import code
from helpers.data.spelling import is_gap_like, looks_like_date

FEW = 10  # distinct whole numbers, that may be codes
CONSTANT = "the same in all rows"
CODES = f"at most {FEW} different whole numbers; if they are codes, name the column in as_text"


def of_numbers(numbers: np.ndarray) -> list[str]:
    """What ``numbers`` may be, NaN in gaps: constant, or with codes for gaps among them."""
    if np.nanmin(numbers) == np.nanmax(numbers):
        return [CONSTANT]
    if codes := gap_codes(numbers):
        some = " and ".join(code(f"{value:.0f}") for value in codes)
        lie, they = ("lies", "it is a gap") if len(codes) == 1 else ("lie", "they are gaps")
        it = "it" if len(codes) == 1 else "them"
        return [f"{some} {lie} far from all its other numbers; if {they}, name {it} in missing"]
    return []


def of_whole_numbers(numbers: np.ndarray) -> list[str]:
    """What ``numbers`` may be if they are whole: codes, or keys as those of customers."""
    values = numbers[~np.isnan(numbers)]
    if (values % 1).any():
        return []
    if 2 < len(np.unique(values)) <= FEW:
        return [CODES]
    if may_be_keys(values):
        return [
            "no number comes twice; if they number customers, articles or the like, name it in "
            "leave_out"
        ]
    return []


def of_gaps(numbers: np.ndarray, spelled: Mapping[str, float]) -> list[str]:
    """Tell of gaps, ``spelled`` with their values, that lie among ``numbers``."""
    values = numbers[~np.isnan(numbers)]
    if not len(values):
        return []
    low, high = values.min(), values.max()
    if among := [spelling for spelling, value in spelled.items() if low <= value <= high]:
        some = " and ".join(map(code, among))
        was = "was taken for a gap" if len(among) == 1 else "were taken for gaps"
        return [
            f"{some} {was}, though its other numbers go from {low:g} to {high:g}; "
            f"name the gaps of single columns in missing as `column={among[0]}`, where * stands "
            "for any letters"
        ]
    return []


def of_categories(texts: Sequence[str]) -> list[str]:
    """What categories (``texts``) may be: gaps, the same in other capitals, dates, or numbers."""
    notices = []
    if gaps := [text for text in texts if is_gap_like(text) or text in GAPS]:
        some = ", ".join(map(code, gaps))
        notices.append(f"{some} looks like a gap; if it is, name it in missing")
    if len(texts) - len(gaps) < 2:
        notices.append(CONSTANT)
    same = {}
    for text in texts:
        same.setdefault(text.casefold(), []).append(text)
    for alike in [alike for alike in same.values() if len(alike) > 1][:2]:
        notices.append(f"{' and '.join(map(code, alike))} differ in capitals alone")
    digits = [text for text in texts if text[0].isdigit()]
    words = [text for text in texts if not text[0].isdigit() and text not in gaps]
    if days := [text for text in texts if looks_like_date(text)]:
        notices.append(f"{code(days[0])} resembles a date or time, and was taken for a category")
    elif len(digits) > len(texts) / 2 and words:
        notices.append(
            f"{code(digits[0])} resembles a number and {code(words[0])} does not, so they were "
            f"taken for categories; if {code(words[0])} is a gap, name it in missing"
        )
    elif len(digits) > len(texts) / 2:
        notices.append(f"{code(digits[0])} resembles a number, and was taken for a category")
    return notices
