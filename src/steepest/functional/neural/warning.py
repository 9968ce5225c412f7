"""Warnings that point at the user's line, however many layers of this package lie between."""

import sys
import warnings


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest line that is not in the package."""
    depth = 1
    while True:
        try:
            name = sys._getframe(depth).f_globals.get("__name__", "")
        except ValueError:
            break
        if name != "steepest" and not name.startswith("steepest."):
            break
        depth += 1
    warnings.warn(message, category, stacklevel=depth + 1)
