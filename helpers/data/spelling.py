"""Numbers, dates and gaps in the spellings that the world has for them."""

import re
from collections.abc import Sequence

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
MONTHS = (  # and their usual abbreviations, in seven languages
    "jan january januar jänner janvier janv januari janeiro ene enero gen gennaio",
    "feb february februar fév févr février fevrier febrero febbraio fev fevereiro februari",
    "mar march mär märz mrz mars marzo março marco maart mrt",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio maio mei",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august août aout ago agosto augustus",
    "sep sept september septembre septiembre setiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro",
)
WORDS = r"(?:set|gen|out|ago|mag)\b"  # mean something else in English
MONTH = rf"(?:{'|'.join(' '.join(MONTHS).split())})\.?"
D, M, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:1[5-9]|20|21)\d\d"
IN_DIGITS = "|".join(
    rf"\d{{4}}{mark}{M}{mark}\s?{D}|(?:{D}{mark}\s?{M}|{M}{mark}{D}){mark}\s?\d{{4}}"
    for mark in ("-", "/", r"\.", r"\s")
)
ORDINAL = rf"{D}(?:st|nd|rd|th|\.)?"
TIME = r"\d{1,2}[:.h]\d{2}\S*(?:\s*[AaPp]\.?[Mm]\.?)?(?:\s*[A-Z]{2,5})?"
DATE = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,?\s+)?(?:{IN_DIGITS}|{D}/{D}/\d\d"  # Monday
    rf"|{ORDINAL}[-.\s]*(?:de\s+)?{MONTH}[-,.\s]*(?:de\s+)?\d{{4}}"
    rf"|{ORDINAL}[-.\s]+(?:de\s+)?{MONTH}[-,.\s]+(?:de\s+)?\d\d"
    rf"|{MONTH}[-\s]+{ORDINAL},?[-\s]+\d{{4}})(?:[T\s,]+{TIME})?"
    rf"|{MONTH}[-\s]*'?{YEAR}|(?!{WORDS}){MONTH}(?:[-\s]+|[-\s]*')\d\d|{YEAR}[-/]{M}|{M}[-/]{YEAR}"
    rf"|q[1-4][-/\s]?{YEAR}|{YEAR}[-/\s]?q[1-4]|{YEAR}-?W\d\d(?:-?\d)?"
    rf"|\d{{4}}年\d{{1,2}}月\d{{1,2}}日?(?:\s+{TIME})?"
    r"|\d{1,2}:[0-5]\d:[0-5]\d(?:\.\d+)?(?:\s*[AaPp]\.?[Mm]\.?)?"
    r"|\d{1,2}:[0-5]\d\s*[AaPp]\.?[Mm]\.?",
    re.IGNORECASE,
)
LIKE_DATE = re.compile(  # 1.2.21, or a version; 16:10, or a ratio
    rf"(?:{D}\.\s?{M}\.\s?|{D}-{M}-|{M}-{D}-)\d\d(?:[T\s,]+{TIME})?|(?:[01]?\d|2[0-3]):[0-5]\d"
)
GAP_LIKE = re.compile(
    r"[?\-\u2013\u2014.:*#/]+|n\.?/?a\.?|<na>|nan|nat|nil|\(?(?:none|null|missing|unknown|blank)\)?"
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


def looks_like_date(text: str) -> bool:
    """Whether this ``text`` is a date or a time of day if others beside it are.

    >>> [looks_like_date(text) for text in ("1.2.21", "16:10", "1.2.3")]
    [True, True, False]
    """
    return LIKE_DATE.fullmatch(text) is not None


def dates_among(texts: Sequence[str]) -> list[str]:
    """The dates and times of day among the ``texts`` of a column.

    Versions such as 1.2.10 and ratios such as 16:10 look like them. They are none, unless all texts
    of the column may be dates or times and some number begins with 0, as in 01.02.10 and 16:05.

    >>> dates_among(["08:30", "16:10"]), dates_among(["16:10", "4:3"])
    (['08:30', '16:10'], [])
    """
    dates, others = [], []
    for text in texts:
        (dates if is_date(text) else others).append(text)
    if not all(looks_like_date(text) or is_gap_like(text) for text in others):
        return dates
    likely = [text for text in others if looks_like_date(text)]
    return dates + likely if any(re.search(r"\b0\d", text) for text in likely) else dates


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
