"""`lightning`: a logger, averaged weights, rates watched, gradients accumulated by a plan, optimization by hand of two networks,
bfloat16, the learning rate finder, and `Fabric`.
"""

import logging
import tempfile
import warnings
from pathlib import Path

import lightning as L
import torch
from lightning.pytorch.callbacks import GradientAccumulationScheduler, LearningRateMonitor, ModelSummary, StochasticWeightAveraging
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.tuner import Tuner
from torch import nn
from torch.nn.functional import mse_loss

warnings.simplefilter("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
logging.getLogger("lightning.fabric").setLevel(logging.ERROR)
QUIET = {"enable_progress_bar": False, "enable_checkpointing": False, "enable_model_summary": False, "logger": False}


class Autoencoder(L.LightningModule):
    def __init__(self, lr=0.1):
        super().__init__()
        self.lr = lr
        self.encoder = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 16))
        self.example_input_array = torch.zeros(2, 16)

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def training_step(self, batch, batch_idx):
        loss = mse_loss(self(batch[0]), batch[0])
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", mse_loss(self(batch[0]), batch[0]))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


class Adversarial(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.critic = nn.Linear(2, 4), nn.Linear(4, 1)

    def step(self, optimizer, loss):
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        self.untoggle_optimizer(optimizer)

    def training_step(self, batch, batch_idx):
        of_generator, of_critic = self.optimizers()
        noise = torch.randn(len(batch[0]), 2)
        self.toggle_optimizer(of_generator)
        fooled = -self.critic(self.generator(noise)).mean()
        self.step(of_generator, fooled)
        self.toggle_optimizer(of_critic)
        told = self.critic(self.generator(noise).detach()).mean() - self.critic(batch[0][:, :4]).mean()
        self.step(of_critic, told)
        self.log_dict({"fooled": fooled, "told": told})

    def configure_optimizers(self):
        return torch.optim.Adam(self.generator.parameters(), 0.01), torch.optim.Adam(self.critic.parameters(), 0.01)


def show(trainer, digits=5):
    print({name: round(value.item(), digits) for name, value in sorted(trainer.callback_metrics.items())})


L.seed_everything(7)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(64, 16)), batch_size=16)
with tempfile.TemporaryDirectory() as folder:
    trainer = L.Trainer(max_epochs=4, accelerator="cpu", enable_progress_bar=False, logger=CSVLogger(folder, name="csv"),
                        log_every_n_steps=1, gradient_clip_val=0.5,
                        callbacks=[StochasticWeightAveraging(swa_lrs=0.05, swa_epoch_start=2), LearningRateMonitor("step"),
                                   GradientAccumulationScheduler({1: 2}), ModelSummary(max_depth=2)])
    trainer.fit(Autoencoder(), loader, loader)
    show(trainer)
    lines = Path(folder, "csv", "version_0", "metrics.csv").read_text(encoding="utf-8").splitlines()
    print(lines[0], len(lines))

adversarial = L.Trainer(max_epochs=2, accelerator="cpu", **QUIET)
adversarial.fit(Adversarial(), loader)
show(adversarial)
mixed = L.Trainer(max_epochs=1, accelerator="cpu", precision="bf16-mixed", limit_train_batches=2, **QUIET)
mixed.fit(Autoencoder(), loader, loader)
show(mixed, 3)
L.seed_everything(3)
found = Tuner(L.Trainer(accelerator="cpu", max_epochs=20, **QUIET)).lr_find(Autoencoder(), loader, num_training=20)
print(len(found.results["loss"]), round(found.results["loss"][0], 4))

fabric = L.Fabric(accelerator="cpu")
fabric.launch()
fabric.seed_everything(1)
layer = nn.Linear(16, 2)
layer, optimizer = fabric.setup(layer, torch.optim.SGD(layer.parameters(), lr=0.1))
for (x,) in fabric.setup_dataloaders(loader):
    optimizer.zero_grad()
    loss = layer(x).pow(2).mean()
    fabric.backward(loss)
    fabric.clip_gradients(layer, optimizer, max_norm=1.0)
    optimizer.step()
print(f"{loss.item():.5f}")
with tempfile.TemporaryDirectory() as folder:
    fabric.save(f"{folder}/state.ckpt", {"model": layer, "optimizer": optimizer, "epoch": 3})
    print(sorted(fabric.load(f"{folder}/state.ckpt", {"model": layer, "optimizer": optimizer})))
