"""What one cell of text says: nothing, a number or a day. Standard library only: the file `predict.py` of a model carries this text.

A column's numbers have one *form*: its decimal sign, and the one unit or currency that is read beside plain numbers, so that
`500 g` among kilograms is not taken for 500. A column's days have one *order* of year, month and day.
"""

from __future__ import annotations

import datetime
import re

MISSING = frozenset((
    "", "?", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "<NA>", "NaT", "null", "NULL", "Null", "\\N", "#N/A", "#NULL!",
    "#VALUE!", "#DIV/0!", "#REF!", "-", "--", "—", "——", "–", ".", "/", "无", "缺失", "未知", "不详", "暂无", "暂无数据", "空",
))  # fmt: skip

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20, 0xA0: 0x20, 0x202F: 0x20, 0x2212: 0x2D, 0xFFE5: 0xA5, 0xFFE1: 0xA3,
}  # fmt: skip

# Units that mean the same, by the first of each row.
UNITS = {
    word: row[0]
    for row in (
        ("¥", "元", "块", "RMB", "CNY", "人民币", "圆", "CN¥"),
        ("$", "USD", "US$", "美元", "dollars"),
        ("€", "EUR", "欧元", "euro"),
        ("£", "GBP", "英镑"),
        ("HK$", "HKD", "港元", "港币"),
        ("NT$", "TWD", "新台币"),
        ("₹", "INR"),
        ("₩", "KRW"),
        ("JPY", "日元", "円"),
        ("㎡", "m2", "m²", "m^2", "平米", "平方米", "平方", "平", "sqm", "sq.m."),
        ("℃", "°C", "摄氏度"),
        ("km", "公里", "千米"),
        ("kg", "公斤", "千克"),
        ("cm", "厘米"),
        ("m", "米"),
    )
    for word in row
}
CURRENCIES = ("¥", "$", "€", "£", "HK$", "NT$", "₹", "₩", "JPY")
MONEY = tuple(sorted((word for word, unit in UNITS.items() if unit in CURRENCIES), key=len, reverse=True))
TIMES = {"万亿": 1e12, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "亿": 1e8, "千": 1e3, "k": 1e3, "K": 1e3}
TIMES_OF_MONEY = {**TIMES, "m": 1e6, "M": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "B": 1e9, "bn": 1e9, "billion": 1e9}

_MONEY = "|".join(re.escape(word) for word in MONEY)
NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+]?) ?(?P<money>{_MONEY})? ?(?P<inner>[-+]?)"
    r"(?P<digits>(?:\d[\d.,'’ ]*\d|\d)[.,]?|[.,]\d+)(?P<power>[eE][-+]?\d+)? ?(?P<after>[^\d\s()+-][^\d\s()]{0,11}|m2)?(?P<close>\))?"
)
_POINT = re.compile(r"(?:\d+|\d{1,3}(?:[,'’ ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d*)?|\.\d+")
_COMMA = re.compile(r"(?:\d+|\d{1,3}(?:[.'’ ]\d{3})+)(?:,\d*)?|,\d+")
_ENDLESS = re.compile(r"[-+]?inf(?:inity)?", re.IGNORECASE)


def word(cell: str | None) -> str | None:
    """The cell without blanks around it; None where it says that nothing is known."""
    stripped = (cell or "").strip()
    return None if stripped in MISSING else stripped


def measured(cell: str, decimal: str = ".") -> tuple[float, str] | None:
    """`(number, unit)` of a cell such as ¥1,200, 3.5万, 85%, 80㎡ or (12.5); None where it is no number."""
    cell = cell.translate(HALF_WIDTH).strip()
    found = NUMBER.fullmatch(cell)
    if found is None:
        return (float(cell), "") if _ENDLESS.fullmatch(cell) else None
    digits = found["digits"]
    if not (_POINT if decimal == "." else _COMMA).fullmatch(digits):
        return None
    if (found["open"] is None) != (found["close"] is None) or (found["sign"] and (found["inner"] or found["open"])):
        return None
    for mark in "'’ " + (",." if decimal == "." else ".")[:1]:
        digits = digits.replace(mark, "")
    value = float(digits.replace(",", ".") + (found["power"] or ""))
    if "-" in (found["sign"], found["inner"]) or found["open"]:
        value = -value
    money = UNITS.get(found["money"] or "", "")
    after = found["after"] or ""
    times = TIMES_OF_MONEY if money else TIMES
    share = {"%": 0.01, "‰": 0.001}.get(after)
    if share is not None:
        return value * share, money
    for length in range(0 if after in UNITS else min(len(after), 8), 0, -1):
        rest = after[length:]
        if after[:length] in times and (not rest or rest in UNITS or not rest.isascii()):
            return value * times[after[:length]], money + UNITS.get(rest, rest)
    return value, money + UNITS.get(after, after)


def number(cell: str, form: tuple[str, str] = (".", "")) -> float | None:
    """The number that a cell says in a column of `form` (decimal sign, unit); None where it says none, or has another unit."""
    found = measured(cell, form[0])
    return found[0] if found is not None and found[1] in ("", form[1]) else None


MONTHS = {name: place for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_TIME = r"(?:(?:[T,]| )\s*(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2}(?:\.\d+)?)?秒?)?"
_TIME += r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[-+]\d{2}:?\d{2})?)?"
_WORDS = r"(?P<name>[A-Za-z]{3})[A-Za-z]*\.?"
ORDERS = {
    order: [re.compile(shape + _TIME) for shape in shapes]
    for order, shapes in {
        "ymd": (
            r"(?P<year>\d{4}) ?[-/.年] ?(?P<month>\d{1,2})(?: ?[-/.月] ?(?P<day>\d{1,2}) ?[日号]?| ?月)",
            r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
        ),
        "dmy": (r"(?P<day>\d{1,2})[-/.] ?(?P<month>\d{1,2})[-/.] ?(?P<year>\d{4}|\d{2})",),
        "mdy": (r"(?P<month>\d{1,2})[-/.] ?(?P<day>\d{1,2})[-/.] ?(?P<year>\d{4}|\d{2})",),
        "words": (
            rf"(?:[A-Za-z]+,? )?(?P<day>\d{{1,2}})\.?(?:st|nd|rd|th)?[- ]{_WORDS}[-, ]+(?P<year>\d{{4}}|\d{{2}})",
            rf"(?:[A-Za-z]+,? )?{_WORDS} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
            rf"{_WORDS}[- ](?P<year>\d{{4}})",
        ),
        "compact": (r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",),
    }.items()
}
SERIAL_BEGIN = datetime.date(1899, 12, 30).toordinal()  # Excel's day 0, its false leap year 1900 counted
EPOCH = datetime.date(1970, 1, 1).toordinal()


def day(cell: str, order: str) -> float | None:
    """Days since 1970-01-01, with the time of day as a fraction; None where the cell is no day written in `order`."""
    cell = cell.translate(HALF_WIDTH).strip()
    if order == "serial":
        count = number(cell)
        return count + SERIAL_BEGIN - EPOCH if count is not None and 1 <= count < 2958466 else None
    for shape in ORDERS[order]:
        found = shape.fullmatch(cell)
        if found is not None:
            return _day(found.groupdict())
    return None


def _day(part: dict[str, str | None]) -> float | None:
    year = int(part["year"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    month = MONTHS.get((part.get("name") or "").lower(), 0) or int(part.get("month") or 0)
    try:
        whole = datetime.date(year, month, int(part.get("day") or 1)).toordinal() - EPOCH
    except ValueError:
        return None
    hour, minute, second = int(part["hour"] or 0), int(part["minute"] or 0), float(part["second"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"][0] in "pP" else 0)
    if hour > 24 or minute > 59 or second >= 61:
        return None
    return whole + (hour * 3600 + minute * 60 + second) / 86400
