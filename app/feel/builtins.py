"""All built-in functions; importing their files is what registers them."""

from app.feel import (
    builtins_contexts,
    builtins_conversion,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_statistics,
    builtins_strings,
    builtins_temporal,
)
from app.feel.functions import BUILTINS

FILES = (
    builtins_contexts,
    builtins_conversion,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_statistics,
    builtins_strings,
    builtins_temporal,
)

__all__ = ["BUILTINS", "FILES"]
