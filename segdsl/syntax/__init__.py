"""From rule text to syntax tree."""

from segdsl.syntax.parse import parse, parse_condition, parse_literal
from segdsl.syntax.reading import read_source
from segdsl.syntax.words import keywords, reserved_words

__all__ = ["keywords", "parse", "parse_condition", "parse_literal", "read_source", "reserved_words"]
