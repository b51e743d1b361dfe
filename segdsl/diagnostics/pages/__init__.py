"""The page of each diagnostic: what it says, why, an example, what to write instead."""

from __future__ import annotations

from segdsl.diagnostics.codes import CODES


def page(code_or_slug: str) -> str | None:
    """Return the Markdown page of a code (`SG101`) or slug (`unknown-field`), or None."""
    from importlib.resources import files

    wanted = code_or_slug.strip().lower()
    for code in CODES.values():
        if wanted in (code.id.lower(), code.slug):
            file = files(__name__) / f"{code.id}.md"
            return file.read_text("utf-8") if file.is_file() else None
    return None


def page_names() -> tuple[str, ...]:
    """Return the codes that have a page, in order."""
    from importlib.resources import files

    names = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))
