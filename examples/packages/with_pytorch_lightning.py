"""`LightningModule` and `LightningDataModule`; `Trainer` with checkpoints, early stopping, a scheduler, clipped and accumulated gradients,
tests, predictions; a run that goes on from a checkpoint.
"""

import logging
import tempfile
from pathlib import Path

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
import torchmetrics
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class Data(pl.LightningDataModule):
    def __init__(self, batch_size=16):
        super().__init__()
        self.save_hyperparameters()

    def setup(self, stage=None):
        x = torch.randn(200, 8, generator=torch.Generator().manual_seed(0))
        y = (x[:, :3].sum(1) > 0).long()
        self.train, self.val, self.test = random_split(TensorDataset(x, y), [140, 40, 20], generator=torch.Generator().manual_seed(1))

    def train_dataloader(self):
        return DataLoader(self.train, batch_size=self.hparams.batch_size, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.val, batch_size=32)

    def test_dataloader(self):
        return DataLoader(self.test, batch_size=32)

    predict_dataloader = test_dataloader


class Classifier(pl.LightningModule):
    def __init__(self, hidden=16, lr=1e-2):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(8, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, 2))
        self.accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=2)

    def forward(self, x):
        return self.net(x)

    def step(self, batch, name):
        x, y = batch
        logits = self(x)
        loss = F.cross_entropy(logits, y)
        self.log(f"{name}_loss", loss, prog_bar=True)
        if name != "train":
            self.accuracy(logits, y)
            self.log(f"{name}_accuracy", self.accuracy)
        return loss

    def training_step(self, batch, batch_idx):
        return self.step(batch, "train")

    def validation_step(self, batch, batch_idx):
        self.step(batch, "val")

    def test_step(self, batch, batch_idx):
        self.step(batch, "test")

    def predict_step(self, batch, batch_idx):
        return self(batch[0]).argmax(1)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)}


class Printer(pl.Callback):
    def on_train_epoch_end(self, trainer, module):
        print(trainer.current_epoch, {k: round(v.item(), 5) for k, v in sorted(trainer.callback_metrics.items())})


def trainer(**options):
    return pl.Trainer(accelerator="cpu", logger=False, enable_progress_bar=False, **options)


pl.seed_everything(42)
data = Data()
with tempfile.TemporaryDirectory() as folder:
    checkpoints = ModelCheckpoint(dirpath=folder, monitor="val_loss", filename="best-{epoch}")
    fitting = trainer(max_epochs=6, callbacks=[checkpoints, EarlyStopping("val_loss", patience=3), Printer()], gradient_clip_val=1.0,
                      deterministic=True, log_every_n_steps=1)
    fitting.fit(Classifier(), data)
    path = checkpoints.best_model_path
    print(Path(path).name, round(checkpoints.best_model_score.item(), 5))
    best = Classifier.load_from_checkpoint(path)
    print(sorted(best.hparams.items()))
    print({k: round(v, 5) for k, v in fitting.test(best, data, verbose=False)[0].items()})
    print(torch.cat(fitting.predict(best, data)).tolist())
    further = trainer(max_epochs=8, enable_checkpointing=False, enable_model_summary=False, callbacks=[Printer()],
                      accumulate_grad_batches=2)
    further.fit(Classifier(), data, ckpt_path=path)
