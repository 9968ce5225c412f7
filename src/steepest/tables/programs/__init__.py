"""The programs that a model's folder gets: `predict.py` and `train.py`, and the form in its report. Their texts, not modules to import."""
