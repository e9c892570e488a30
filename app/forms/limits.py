"""Sizes beyond which a form or an answer is refused, each with its reason."""

#: A form is drawn by hand; the largest of the bureau's has some 60 components (20 KB).
MAX_DOCUMENT_BYTES = 512 * 1024
MAX_COMPONENTS = 300
#: form › group › group › list › column is as deep as a page can show.
MAX_DEPTH = 5
#: A longer choice needs a search box, not a list.
MAX_OPTIONS = 500
MAX_PATTERN_LENGTH = 500

#: Names and other one-line texts.
DEFAULT_TEXT_LENGTH = 200
#: Opinions and descriptions: about four printed pages.
DEFAULT_LONG_TEXT_LENGTH = 5_000
#: No field may ask for more: it is stored with every version and every ledger snapshot.
MAX_TEXT_LENGTH = 20_000
#: What comes back to the page of a text that is too long; enough to shorten it by hand.
MAX_TYPED_LENGTH = 100_000

#: Digits before the decimal point: 10^15 in 10k yuan is more than all money there is.
MAX_INTEGER_DIGITS = 15
#: Places of a number whose form does not say how many.
DEFAULT_DECIMAL_DIGITS = 6
#: Sign, 15 digits, 4 separators, a point and 10 places.
MAX_NUMBER_LENGTH = 40

#: Rows of a list whose form does not say how many.
DEFAULT_MAX_ROWS = 100
#: No list may ask for more: each cell is an input on the page.
MAX_ROWS = 500
#: Inputs of one request: every cell of the largest list and the page's own.
MAX_PAIRS = 50_000
MAX_NAME_LENGTH = 200
#: Files of one answer.
MAX_FILES = 50
#: Rounds in which conditions may hide fields that other conditions read.
MAX_SETTLING_ROUNDS = 8
#: Years that a date of this bureau can have.
FIRST_YEAR, LAST_YEAR = 1900, 2199
