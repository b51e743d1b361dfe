"""The wording of our own bugs (SG9)."""

from __future__ import annotations

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic


def internal_error(what: str, hint: str) -> Diagnostic:
    """SG901: segdsl itself failed; `what` is the failure in one line."""
    flat = " ".join(what.split())
    return Diagnostic(codes.INTERNAL, f"segdsl failed: {flat}", help=(hint,))
