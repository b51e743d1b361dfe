"""Modules of machine code, where Numba is installed and runs."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


def machine_code(name: str) -> ModuleType | None:
    """Return a module that Numba compiles; None where Numba is not there or does not run.

    Nor where it was told to leave Python as it is: what the machine alone can do has no such form.
    """
    try:
        return None if import_module("numba").config.DISABLE_JIT else import_module(name)
    except (ImportError, RuntimeError):  # without a place to keep its code, or beside other NumPy
        return None


def is_loaded(name: str) -> bool:
    """Return whether a module has been loaded, so that using it costs nothing more."""
    return name in sys.modules
