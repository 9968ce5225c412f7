"""From a CSV table to a trained model, and from the model to predictions.

The steps are a file each and are read in this order: `reading` (a file becomes cells of text), `cells` (what a cell says),
`schema` (what each column is), `splitting`, `preparing` (a matrix of numbers), `work` (all of that for one table); `tasks`,
`metrics`, `networks`, `settings`, `training`, `baselines`; `table_model` and `model_file`, `pictures` and `report`, `writing`.
`fitting` and `predicting` tell the whole story.
"""

from steepest.tables.fitting import TrainResult, train
from steepest.tables.predicting import PredictResult, predict
from steepest.tables.table_model import TableModel

__all__ = ["PredictResult", "TableModel", "TrainResult", "predict", "train"]
