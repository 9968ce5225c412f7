"""`steepest cache`: how much machine code is kept for later runs, and where; `steepest cache clear` forgets it."""

from __future__ import annotations

from typing import Literal

from steepest.errors import text
from steepest.lower import cache as machine_code

__all__ = ["cache"]


def cache(action: Literal["show", "clear"] = "show", /) -> None:
    """Show how much machine code is kept and where, or clear it.

    Parameters
    ----------
    action
        show, or clear to remove it all; it is made again when it is needed.
    """
    folder = machine_code.folder()
    if folder is None:
        print(text("cache-off"))
        return
    if action == "clear":
        machine_code.clear()
    count, size = machine_code.kept()
    print(text("cache-kept", folder=folder, count=count, size=size / 2**20, limit=machine_code.LIMIT // 2**20))
