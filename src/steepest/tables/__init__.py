"""From a table to a trained model, and from the model to predictions.

The steps are a file each and are read in this order: `files` and `reading` (a file becomes cells of text), `cell_texts` and `cells`
(what a cell says), `schema` (what each column is), `work` and `splitting` (how to test), `preparing` and `bins` (a matrix of numbers);
`tasks`, `metrics`, `intervals`, `networks`, `settings`, `training`, `baselines`, `learning` (one model from some rows); `table_model`
and `model_file`; `explaining`, `result`, `pictures` and `report`; `applying` and `standing_alone` (without steepest), `handing` and
`writing`. `fitting`, `inspecting` and `predicting` tell the whole stories.
"""

from typing import Any

from steepest.tables.fitting import train
from steepest.tables.inspecting import inspect
from steepest.tables.predicting import PredictResult, predict
from steepest.tables.result import TrainResult
from steepest.tables.table_model import TableModel

__all__ = ["PredictResult", "TableModel", "TrainResult", "inspect", "predict", "train"]


def __getattr__(name: str) -> Any:
    """The estimators for scikit-learn, which is imported for them alone."""
    if name in ("SteepestClassifier", "SteepestRegressor"):
        from steepest.tables import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module 'steepest.tables' has no attribute {name!r}")
