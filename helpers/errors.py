"""What is said when something that a user gave is wrong: one plain sentence."""

from typing import Any


class ParameterError(ValueError):
    """Parameters are wrong; the message is all that a notebook shows.

    Attributes:
        problems: what is wrong, a sentence each.
    """

    def __init__(self, *problems: str):
        """Join the sentences."""
        super().__init__("; ".join(problems))
        self.problems = problems

    def _render_traceback_(self) -> list[str]:
        return [f"ParameterError: {self}"]


def quoted(value: Any) -> str:
    """``value`` as an error shows it: in quotes, on one line, not too long.

    >>> quoted("a" * 100) == repr("a" * 60 + "…"), quoted("two\\nlines")
    (True, "'two\\\\nlines'")
    """
    text = str(value)
    return repr(text if len(text) <= 60 else text[:60] + "…")
