"""A matplotlib backend for machines without a display: `plt.show()` writes `PROGRAM-figure-1.png` into the current folder.

Chosen by name (`MPLBACKEND=module://steepest.cli.figures`); nothing but matplotlib imports this module.
"""

import itertools
import sys
from pathlib import Path

from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

from steepest.errors import text

__all__ = ["FigureCanvas", "show"]

_numbers = itertools.count(1)


def show(*, block: bool | None = None) -> None:
    """Write every open figure to a file of its own, say so in a line on stderr, and close it, as a closed window would be."""
    program = Path(getattr(sys.modules["__main__"], "__file__", None) or "figure").stem
    for manager in list(Gcf.get_all_fig_managers()):
        path = Path(f"{program}-figure-{next(_numbers)}.png")
        manager.canvas.figure.savefig(path)
        Gcf.destroy(manager)
        empty = "mpl_toolkits.mplot3d" in sys.modules and not any(axes.has_data() for axes in manager.canvas.figure.axes)
        print(text("figure-empty" if empty else "figure-saved", path=path), file=sys.stderr)
