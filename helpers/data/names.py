"""Names that somebody else gave, shown as the text that they are wherever they appear."""

import re


def shown(name: str, most: int = 60) -> str:
    r"""A name on one line: what cannot be printed as its escape, and cut after ``most`` letters.

    >>> shown("two\nlines"), shown("a" * 70, 5)
    ('two\\nlines', 'aaaaa…')
    """
    short = name if len(name) <= most else name[:most] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in short)


def counted(n: int, thing: str) -> str:
    """``n`` times a ``thing``, in the singular or plural.

    >>> counted(1, "row"), counted(2500, "row")
    ('1 row', '2,500 rows')
    """
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def code(name: str) -> str:
    """A name in Markdown, as code: HTML, Markdown and formulae in it stay text.

    >>> code("$x$"), code("a `b`")
    ('`$x$`', '`` a `b` ``')
    """
    text = shown(name)
    longest = max(map(len, re.findall("`+", text)), default=0)
    if longest or not text.strip():
        text = f" {text} "
    return "`" * (longest + 1) + text + "`" * (longest + 1)


def uncoded(text: str) -> str:
    """A sentence (``text``) whose names are written by ``code``, with the names alone.

    >>> uncoded(f"{code('a')} differs from {code('b `c`')}")
    'a differs from b `c`'
    """
    return re.sub(r"(?<!`)(`+)(?!`)( ?)(.*?)\2(?<!`)\1(?!`)", r"\3", text)
