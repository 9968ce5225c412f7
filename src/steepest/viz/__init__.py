"""Pictures of gradient descent: loss curves, surfaces, races, graphs, derivations, networks, reports.

    import steepest.viz as viz
    viz.loss_curve(run.history).save("loss.svg")

Every function returns a matplotlib figure or a page, each with `save(path)`, a notebook representation and alternative text; what is
drawn can be read from its `data`. matplotlib is imported when the first picture is drawn.
"""

import importlib
from typing import Any

_WHERE = {
    "loss_curve": "curves", "surface": "surfaces", "theme": "style", "graph": "graph_pictures", "derive": "deriving", "race": "race_pages",
    "explore": "exploring", "network": "networks", "summary": "networks", "fit": "fits", "confusion": "predictions",
    "calibration": "predictions", "residuals": "predictions", "images": "predictions", "distribution": "distributions",
    "report": "reports", "watching": "watching",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"steepest.viz.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'steepest.viz' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
