"""segdsl: a small readable language and a fast engine for describing audiences.

>>> import polars as pl, segdsl
>>> rules = segdsl.compile('age between 25 and 34 and city = "İstanbul"')
>>> people = pl.DataFrame({"id": [1, 2], "age": [30, 40], "city": ["İstanbul", "İstanbul"]})
>>> rules.evaluate(people).counts()
{'segment': 1}
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segdsl.api import FieldUse, Ruleset, Segment, compile, from_json, load
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.explain import Explanation
    from segdsl.engine.membership import Membership
    from segdsl.engine.session import Session
    from segdsl.errors import (
        CompileError,
        DataError,
        InternalError,
        SegdslError,
        UnsupportedError,
    )
    from segdsl.matching.matcher import Matcher
    from segdsl.matching.thresholds import Thresholds

__version__ = "0.1.0"

__all__ = [
    "Catalog",
    "CompileError",
    "DataError",
    "Diagnostic",
    "Explanation",
    "FieldUse",
    "InternalError",
    "Matcher",
    "Membership",
    "Ruleset",
    "SegdslError",
    "Segment",
    "Session",
    "Thresholds",
    "UnsupportedError",
    "__version__",
    "compile",
    "from_json",
    "load",
]

# Names are imported when first asked for (PEP 562): `segdsl --help` pays for none of them.
_HOMES = {
    "segdsl.api": ("FieldUse", "Ruleset", "Segment", "compile", "from_json", "load"),
    "segdsl.catalog": ("Catalog",),
    "segdsl.diagnostics": ("Diagnostic",),
    "segdsl.engine.explain": ("Explanation",),
    "segdsl.engine.membership": ("Membership",),
    "segdsl.engine.session": ("Session",),
    "segdsl.errors": (
        "CompileError",
        "DataError",
        "InternalError",
        "SegdslError",
        "UnsupportedError",
    ),
    "segdsl.matching.matcher": ("Matcher",),
    "segdsl.matching.thresholds": ("Thresholds",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'segdsl' has no attribute {name!r}")
