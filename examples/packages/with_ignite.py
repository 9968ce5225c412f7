"""`Engine`, `Events` with filters, `create_supervised_trainer` and evaluator, twenty metrics, checkpoints, early stopping, schedulers,
moving averages, a learning-rate finder.
"""

import torch
from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers import (
    Checkpoint,
    CosineAnnealingScheduler,
    DiskSaver,
    EarlyStopping,
    EMAHandler,
    FastaiLRFinder,
    LinearCyclicalScheduler,
    PiecewiseLinear,
    TerminateOnNan,
    Timer,
    create_lr_scheduler_with_warmup,
    global_step_from_engine,
)
from ignite.metrics import (
    PSNR,
    SSIM,
    Accuracy,
    Average,
    CohenKappa,
    ConfusionMatrix,
    EpochMetric,
    Fbeta,
    GeometricAverage,
    IoU,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Precision,
    Recall,
    RunningAverage,
    TopKCategoricalAccuracy,
    VariableAccumulation,
    mIoU,
)
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(200, 1, 8, 8)
y = (X.mean((1, 2, 3)) * 12).long().clamp(-1, 1) + 1
train, val = DataLoader(TensorDataset(X[:160], y[:160]), 32, shuffle=True), DataLoader(TensorDataset(X[160:], y[160:]), 20)
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(144, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.8)
criterion = nn.CrossEntropyLoss()
trainer = create_supervised_trainer(model, optimizer, criterion, device="cpu")
precision, recall = Precision(average=False), Recall(average=False)
matrix = ConfusionMatrix(num_classes=3)
metrics = {
    "accuracy": Accuracy(),
    "nll": Loss(criterion),
    "top2": TopKCategoricalAccuracy(2),
    "precision": precision,
    "recall": recall,
    "f1": (precision * recall * 2 / (precision + recall)).mean(),
    "cm": matrix,
    "iou": IoU(matrix),
    "miou": mIoU(matrix),
    "fbeta": Fbeta(beta=0.5),
    "kappa": CohenKappa(output_transform=lambda o: (o[0].argmax(1), o[1])),
    "epoch": EpochMetric(lambda p, t: (p.argmax(1) != t).float().mean().item()),
}
evaluator = create_supervised_evaluator(model, metrics=metrics, device="cpu")
RunningAverage(output_transform=lambda x: x).attach(trainer, "running")
trainer.add_event_handler(Events.ITERATION_COMPLETED, TerminateOnNan())
timer = Timer(average=True)
timer.attach(
    trainer, start=Events.EPOCH_STARTED, resume=Events.ITERATION_STARTED, pause=Events.ITERATION_COMPLETED, step=Events.ITERATION_COMPLETED
)


@trainer.on(Events.ITERATION_COMPLETED(every=3) | Events.ITERATION_COMPLETED(once=1))
def log(engine):
    print(
        engine.state.epoch,
        engine.state.iteration,
        f"{engine.state.output:.5f} {engine.state.metrics['running']:.5f}",
        f"{optimizer.param_groups[0]['lr']:.5f}",
    )


@trainer.on(Events.EPOCH_COMPLETED)
def validate(engine):
    evaluator.run(val)
    print(
        {
            k: [round(x, 5) for x in v.tolist()]
            if torch.is_tensor(v) and v.ndim == 1
            else v.tolist()
            if torch.is_tensor(v)
            else round(v, 5)
            for k, v in evaluator.state.metrics.items()
        }
    )


@trainer.on(Events.EPOCH_COMPLETED(event_filter=lambda engine, event: event == 2))
def second(engine):
    print("second epoch", engine.state.get_event_attrib_value(Events.EPOCH_COMPLETED), engine.state.times.keys())


scheduler = CosineAnnealingScheduler(optimizer, "lr", 0.05, 0.005, len(train))
warm = create_lr_scheduler_with_warmup(scheduler, warmup_start_value=0.0, warmup_end_value=0.05, warmup_duration=3)
trainer.add_event_handler(Events.ITERATION_STARTED, warm)
average = EMAHandler(model, momentum=0.1)
average.attach(trainer, name="momentum", event=Events.ITERATION_COMPLETED)
checkpoint = Checkpoint(
    {"model": model, "optimizer": optimizer, "trainer": trainer},
    DiskSaver("saved", create_dir=True, require_empty=False),
    n_saved=2,
    score_function=lambda e: -e.state.metrics["nll"],
    score_name="nll",
    global_step_transform=global_step_from_engine(trainer),
)
evaluator.add_event_handler(Events.COMPLETED, checkpoint)
evaluator.add_event_handler(
    Events.COMPLETED, EarlyStopping(patience=2, score_function=lambda e: e.state.metrics["accuracy"], trainer=trainer)
)
state = trainer.run(train, max_epochs=4)
print(state.epoch, state.iteration, len(checkpoint._saved), timer.value() >= 0)
print(f"{sum(p.abs().sum() for p in average.ema_model.parameters()):.5f}")
Checkpoint.load_objects({"model": model, "optimizer": optimizer, "trainer": trainer}, torch.load(checkpoint.last_checkpoint))
print(optimizer.param_groups[0]["momentum"], f"{sum(p.abs().sum() for p in model.parameters()):.5f}")

for kind, options in ((LinearCyclicalScheduler, (0.1, 0.01, 6)), (PiecewiseLinear, ([(2, 0.5), (4, 0.1)],))):
    parameter = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    plan = kind(
        parameter,
        "lr",
        *(options if kind is LinearCyclicalScheduler else ()),
        **({"milestones_values": options[0]} if kind is PiecewiseLinear else {}),
    )
    values = []
    for _ in range(8):
        plan(None)
        values.append(round(parameter.param_groups[0]["lr"], 5))
    print(kind.__name__, values)
finder = FastaiLRFinder()
with finder.attach(trainer, {"model": model, "optimizer": optimizer}, num_iter=15, end_lr=1.0) as searching:
    searching.run(train)
print("finder", [f"{v:.4f}" for v in finder.get_results()["loss"]][:5], f"{finder.lr_suggestion():.5f}")

custom = Engine(lambda engine, batch: {"x": batch * 2, "loss": batch.sum().item()})
Average(output_transform=lambda o: o["loss"]).attach(custom, "average")
GeometricAverage(output_transform=lambda o: o["loss"] + 10).attach(custom, "geometric")
VariableAccumulation(lambda a, x: a + x, output_transform=lambda o: o["x"]).attach(custom, "total")
custom.register_events("OWN", event_to_attr={"OWN": "own"})
custom.add_event_handler("OWN", lambda engine: print("own event", engine.state.iteration))
custom.add_event_handler(Events.ITERATION_COMPLETED(every=2), lambda engine: engine.fire_event("OWN"))
print(custom.run([torch.ones(2) * k for k in range(5)]).metrics)
a, b = torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16)
for name, metric in (("psnr", PSNR(1.0)), ("ssim", SSIM(1.0)), ("mae", MeanAbsoluteError()), ("mse", MeanSquaredError())):
    metric.update((a, b))
    print(name, f"{metric.compute():.5f}")
try:
    Engine(lambda engine, batch: 1 / 0).run([1])
except ZeroDivisionError as error:
    print("stopped", error)
