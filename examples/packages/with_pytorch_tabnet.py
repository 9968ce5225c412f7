"""`TabNetClassifier`, `TabNetRegressor` and `TabNetPretrainer`: training with evaluation sets, early stopping, schedulers; explanations,
importances, saving and loading.
"""

import warnings

import numpy as np
import torch
from pytorch_tabnet.pretraining import TabNetPretrainer
from pytorch_tabnet.tab_model import TabNetClassifier, TabNetRegressor

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(160, 6)).astype(np.float32)
X[:, 5] = rng.integers(0, 4, 160)
y = (X[:, 0] + X[:, 1] > 0).astype(int)
common = {
    "n_d": 4,
    "n_a": 4,
    "n_steps": 2,
    "seed": 0,
    "verbose": 0,
    "device_name": "cpu",
    "cat_idxs": [5],
    "cat_dims": [4],
    "cat_emb_dim": 2,
    "optimizer_fn": torch.optim.SGD,
    "optimizer_params": {"lr": 2e-2, "momentum": 0.9},
}
pretrainer = TabNetPretrainer(**common)
pretrainer.fit(X[:120], eval_set=[X[120:]], max_epochs=2, batch_size=40, virtual_batch_size=30, pretraining_ratio=0.5, num_workers=0)
print("pretrained", [round(v, 4) for v in pretrainer.history["loss"]])
for mask in ("sparsemax", "entmax"):
    model = TabNetClassifier(
        **common, mask_type=mask, scheduler_fn=torch.optim.lr_scheduler.StepLR, scheduler_params={"step_size": 2, "gamma": 0.9}
    )
    model.fit(
        X[:120],
        y[:120],
        eval_set=[(X[120:], y[120:])],
        eval_metric=["accuracy", "auc"],
        max_epochs=4,
        patience=3,
        batch_size=60,
        virtual_batch_size=30,
        num_workers=0,
        drop_last=False,
    )
    print(mask, [round(v, 4) for v in model.history["loss"]], [round(float(v), 4) for v in model.history["val_0_auc"]], model.best_epoch)
    print(model.predict_proba(X[:2]).round(3), model.predict(X[:6]), model.feature_importances_.round(2))
explanation, masks = model.explain(X[:3])
print(explanation.round(2).shape, [m.shape for m in masks.values()])
path = model.save_model("model")
again = TabNetClassifier()
again.load_model(path)
print((again.predict(X) == model.predict(X)).all())
regressor = TabNetRegressor(**common)
regressor.fit(
    X[:120],
    X[:120, :1] * 2,
    eval_set=[(X[120:], X[120:, :1] * 2)],
    eval_metric=["rmse", "mae"],
    max_epochs=3,
    batch_size=60,
    virtual_batch_size=30,
    from_unsupervised=pretrainer,
    num_workers=0,
)
print("regression", [round(v, 3) for v in regressor.history["loss"]], regressor.predict(X[:3]).ravel().round(2))
