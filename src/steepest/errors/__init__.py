"""Error texts in English and Chinese, and the few error classes that PyTorch does not share with Python.

Every layer keeps its texts as rows `key: (English, Chinese)` in a module of its own beside this one; code raises
`RuntimeError(text("backward-twice", ...))`. The language is Chinese when `STEEPEST_LANG=zh` or the locale is Chinese.
"""

import importlib
import locale
import os
import pkgutil

__all__ = ["AcceleratorError", "LinAlgError", "OutOfMemoryError", "UserError", "language", "text"]


class LinAlgError(RuntimeError):
    """A matrix is singular or not positive definite, as `torch.linalg.LinAlgError`."""


class AcceleratorError(RuntimeError):
    """What a device without memory or power reports in PyTorch; never raised here."""


class OutOfMemoryError(RuntimeError):
    """What a graphics card reports that has no memory left; the processor's memory ends in Python's MemoryError."""


class UserError(Exception):
    """What a person did on the command line cannot work; its text is shown as one sentence, exit code 2."""


def language() -> str:
    """`"zh"` or `"en"`: `STEEPEST_LANG` decides, else the locale."""
    chosen = os.environ.get("STEEPEST_LANG", "")
    if not chosen:
        chosen = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
        if not chosen and os.name == "nt":
            chosen = locale.getlocale()[0] or ""
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


_rows: dict[str, tuple[str, str]] = {}


def _load() -> None:
    found: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(__path__):
        rows = importlib.import_module(f"{__name__}.{module.name}").ROWS
        doubled = found.keys() & rows.keys()
        assert not doubled, f"error texts given twice: {sorted(doubled)}"
        found.update(rows)
    _rows.update(found)


def text(key: str, **values: object) -> str:
    """The text of row `key` in the user's language with `{name}` fields filled in."""
    if not _rows:
        _load()
    english, chinese = _rows[key]
    return (chinese if language() == "zh" else english).format(**values)
