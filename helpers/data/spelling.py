"""Numbers, dates and gaps in the spellings that the world has for them."""

import re

import numpy as np

CURRENCIES = (
    r"(?:US|A|C|R|HK|NZ)?[$¢£¤¥৳฿\u20a0-\u20cf]|USD|EUR|GBP|JPY|CHF|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK"
    r"|HUF|BRL|MXN|CAD|AUD|NZD|ZAR|RUB|TRY|KRW|kr\.?|zł|Kč|Ft|Fr\.|Rs\.?|руб\.?"
)
SIGN = r"[-+\u2212\u2013]?"
NUMBER = re.compile(
    rf"(?P<sign>{SIGN})\s*(?P<before>{CURRENCIES})?\s*(?P<inner>{SIGN})"
    r"(?P<body>inf|infinity|[\d.,](?:[\d.,'\u2019\s]*[\d.,])?(?:e[-+]?\d+)?)"
    rf"\s*(?P<after>{CURRENCIES}|[%\u2030])?\s*(?P<last>-?)",
    re.IGNORECASE,
)
GROUPED = r"[1-9]\d{{0,2}}(?P<group>[{group}\s'\u2019])\d{{3}}(?:(?P=group)\d{{3}})*"
LAKHS = r"[1-9]\d?(?:{group}\d{{2}})+{group}\d{{3}}"  # 12,34,567 as in India
BODIES = {
    mark: re.compile(
        rf"inf|infinity|(?=.?\d)(?:{GROUPED}|{LAKHS}|\d*)(?:{{mark}}\d*)?(?:e[-+]?\d+)?".format(
            mark=re.escape(mark), group=re.escape(group)
        ),
        re.IGNORECASE,
    )
    for mark, group in ((".", ","), (",", "."))
}
MONTH = (  # its beginning, in some languages
    r"(?:jan|feb|fév|fev|ene|gen|mar|mär|maa|mrt|apr|abr|avr|may|mai|maj|mei|mag|jun|jui|jul|giu|lug"
    r"|aug|aoû|ago|sep|set|oct|okt|out|ott|nov|dec|dez|dic|déc)[^\W\d_]*\.?"
)
TIME = r"(?:[T\s,]+\d{1,2}[:.h]\d{2}\S*(?:\s*[AaPp]\.?[Mm]\.?)?(?:\s*[A-Z]{2,5})?)?"
DATE = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,?\s+)?(?:"  # Monday
    r"\d{4}([-/.\s])\d{1,2}\1\s?\d{1,2}|\d{1,2}([-/.\s])\s?\d{1,2}\2\s?(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[-.\s]+(?:de\s+)?{MONTH}[-,.\s]+(?:de\s+)?(?:\d{{4}}|\d{{2}})"
    rf"|{MONTH}[-\s]+\d{{1,2}}(?:st|nd|rd|th)?,?[-\s]+\d{{4}}|{MONTH}[-\s]+\d{{4}}"
    rf"|{MONTH}[-\s]?'?\d{{2}}|\d{{4}}[-/]\d{{1,2}}|\d{{1,2}}[-/]\d{{4}}"
    r"|q[1-4][-/\s]?\d{4}|\d{4}[-/\s]?q[1-4]"
    rf"|\d{{4}}-?W\d\d(?:-?\d)?|\d{{4}}年\d{{1,2}}月\d{{1,2}}日?){TIME}"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?",
    re.IGNORECASE,
)
GAP_LIKE = re.compile(
    r"[?\-\u2013\u2014.*#/]+|n\.?/?a\.?|<na>|nan|nat|nil|\(?(?:none|null|missing|unknown|blank)\)?"
    r"|undefined|not (?:available|applicable)|no data|k\.\s?a\.|s/d|n\.?/?d\.?"
    r"|#(?:value|ref|div/0|name|num|null)[!?]",
    re.IGNORECASE,
)


def is_gap_like(text: str) -> bool:
    """Whether people write this ``text`` where they have no value.

    >>> is_gap_like("?"), is_gap_like("N/A"), is_gap_like("north")
    (True, True, False)
    """
    return GAP_LIKE.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether this ``text`` is a date or a time of day, in digits or with the name of a month.

    >>> [is_date(text) for text in ("14.02.2021", "Feb 14, 2021", "2021-02-14T10:30", "1.234.567")]
    [True, True, True, False]
    """
    return DATE.fullmatch(text) is not None


def read_number(text: str, decimal: str) -> float:
    """The value of a number (``text``) with the decimal mark ``decimal``; NaN if it is none.

    Thousands may be apart by the other mark, blanks or apostrophes; signs, brackets about a
    negative number, a currency and a per cent sign may be there, and change no digit.

    >>> read_number("1.234,50 €", ","), read_number("1,234", "."), read_number("(1 000)", ".")
    (1234.5, 1234.0, -1000.0)
    >>> read_number("5,8", ".")
    nan
    """
    bracketed = text.startswith("(") and text.endswith(")")
    parts = NUMBER.fullmatch(text[1:-1] if bracketed else text)
    if not parts or not BODIES[decimal].fullmatch(parts["body"]):
        return np.nan
    digits = re.sub(rf"[\s'\u2019{',' if decimal == '.' else '.'}]", "", parts["body"])
    signs = parts["sign"] + parts["inner"] + parts["last"]
    if len(signs) + bracketed > 1 or (parts["before"] and parts["after"]):
        return np.nan
    value = float(digits.replace(decimal, "."))
    return -value if bracketed or signs not in ("", "+") else value


def unit(text: str) -> str:
    """The currency or the per cent sign of a number (``text``); empty if it has none.

    >>> unit("$5"), unit("7 %"), unit("7")
    ('$', '%', '')
    """
    parts = NUMBER.fullmatch(text.strip("()"))
    return (parts["before"] or parts["after"] or "") if parts else ""
