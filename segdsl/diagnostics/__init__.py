"""Diagnostics: one value, many renderers, one constructor per code."""

from segdsl.diagnostics.codes import CODES, Code, Severity
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Sink
from segdsl.diagnostics.render import render_json, render_text

__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "Edit",
    "Fix",
    "Label",
    "Severity",
    "Sink",
    "render_json",
    "render_text",
]
