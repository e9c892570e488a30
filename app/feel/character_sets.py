"""Sets of characters as intervals of code points, and those of Unicode that patterns name."""

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import groupby

#: From and to, both included; ascending, apart from each other.
Intervals = list[tuple[int, int]]
_LAST = 0x10FFFF
#: RE2 reads UTF-8, which has no surrogates.
_SURROGATES = (0xD800, 0xDFFF)
#: Where Unicode has assigned characters, beside the planes of private use.
_ASSIGNED = ((0, 0x323FF), (0xE0000, 0xE01FF))
_PRIVATE_PLANES = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
#: Blocks by the names of XML Schema, those of the scripts in use.
BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "SpacingModifierLetters": (0x02B0, 0x02FF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Devanagari": (0x0900, 0x097F),
    "Bengali": (0x0980, 0x09FF),
    "Tamil": (0x0B80, 0x0BFF),
    "Thai": (0x0E00, 0x0E7F),
    "Tibetan": (0x0F00, 0x0FFF),
    "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF),
    "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF),
    "EnclosedAlphanumerics": (0x2460, 0x24FF),
    "BoxDrawing": (0x2500, 0x257F),
    "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF),
    "KangxiRadicals": (0x2F00, 0x2FDF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF),
    "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "CJKCompatibilityForms": (0xFE30, 0xFE4F),
    "SmallFormVariants": (0xFE50, 0xFE6F),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFD),
}
#: What may begin an XML name, and what may follow.
NAME_START: Intervals = [
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6)),
    *((0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F)),
    *((0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD)),
    (0x10000, 0xEFFFF),
]


def union(*sets: Intervals) -> Intervals:
    """Everything that is in one of the sets."""
    merged: Intervals = []
    for low, high in sorted(interval for each in sets for interval in each):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def complement(intervals: Intervals) -> Intervals:
    """Everything else."""
    rest: Intervals = []
    begin = 0
    for low, high in union(intervals):
        if low > begin:
            rest.append((begin, low - 1))
        begin = high + 1
    return rest if begin > _LAST else [*rest, (begin, _LAST)]


def subtract(intervals: Intervals, taken: Intervals) -> Intervals:
    """What is in the first set and not in the second."""
    return complement(union(complement(intervals), taken))


NAMING = union(NAME_START, [(0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F)])
NAMING = union(NAMING, [(0x203F, 0x2040)])


@lru_cache(maxsize=1)
def _categories() -> dict[str, Intervals]:
    """The intervals of each category, gone through once where anything is assigned."""
    found: dict[str, Intervals] = {"Co": list(_PRIVATE_PLANES)}
    for begin, last in _ASSIGNED:
        codes = range(begin, last + 1)
        for category, run in groupby(codes, lambda code: unicodedata.category(chr(code))):
            interval = list(run)
            found.setdefault(category, []).append((interval[0], interval[-1]))
    rest = complement([*_ASSIGNED, *_PRIVATE_PLANES])
    return found | {"Cn": union(found["Cn"], rest)}


@lru_cache(maxsize=64)
def of_category(name: str) -> Intervals:
    """The characters of a category such as `Lu`, or of a group of them such as `L`."""
    if len(name) not in (1, 2):
        return []
    return union(*(each for key, each in _categories().items() if key.startswith(name)))


@lru_cache(maxsize=1)
def _cases() -> list[tuple[int, ...]]:
    """Characters that differ in case only, as sets: `k`, `K` and the Kelvin sign are one."""
    found: dict[str, set[int]] = {}
    for begin, last in _ASSIGNED:
        for code in range(begin, last + 1):
            plain = chr(code).casefold()
            if len(plain) == 1:
                found.setdefault(plain, {ord(plain)}).add(code)
    return [tuple(each) for each in found.values() if len(each) > 1]


def folded(intervals: Intervals) -> Intervals:
    """The set with every character that differs from one of its own in case only."""
    starts = [low for low, _ in intervals]

    def has(code: int) -> bool:
        at = bisect_right(starts, code) - 1
        return at >= 0 and code <= intervals[at][1]

    more = [(code, code) for each in _cases() if any(map(has, each)) for code in each]
    return union(intervals, more)


def written(intervals: Intervals) -> str:
    """The set as a class of RE2; nothing at all is a class that no character is in."""
    clean = subtract(intervals, [_SURROGATES])
    if not clean:
        return r"[^\x00-\x{10FFFF}]"
    return "[" + "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in clean) + "]"
