"""Classification, regression, retrieval, text, image and clustering metrics, `MetricCollection`, aggregators, wrappers, a metric of one's
own; states saved, gradients.
"""

import torch
import torchmetrics.clustering
import torchmetrics.nominal
import torchmetrics.retrieval
from torch import nn
from torchmetrics import Metric, MetricCollection, MetricTracker
from torchmetrics.aggregation import CatMetric, MaxMetric, MeanMetric, SumMetric
from torchmetrics.classification import (
    AUROC,
    Accuracy,
    AveragePrecision,
    BinaryCalibrationError,
    CohenKappa,
    ConfusionMatrix,
    F1Score,
    FBetaScore,
    HammingDistance,
    HingeLoss,
    JaccardIndex,
    MatthewsCorrCoef,
    MulticlassPrecisionRecallCurve,
    MulticlassROC,
    MultilabelRankingAveragePrecision,
    Precision,
    Recall,
    Specificity,
    StatScores,
)

torch.manual_seed(0)
logits = torch.randn(4, 25, 5)
target = torch.randint(5, (4, 25))
options = {"task": "multiclass", "num_classes": 5}
metrics = [
    Accuracy(**options),
    Accuracy(**options, top_k=2),
    Accuracy(**options, average="none"),
    Precision(**options, average="macro"),
    Recall(**options, average="weighted"),
    F1Score(**options, average="macro"),
    FBetaScore(**options, beta=0.5),
    Specificity(**options),
    ConfusionMatrix(**options),
    ConfusionMatrix(**options, normalize="true"),
    CohenKappa(**options),
    MatthewsCorrCoef(**options),
    JaccardIndex(**options),
    HammingDistance(**options),
    StatScores(**options, average=None),
    AUROC(**options),
    AUROC(**options, thresholds=20, average=None),
    AveragePrecision(**options),
    HingeLoss(**options),
]
for metric in metrics:
    for p, t in zip(logits, target):
        metric.update(p.softmax(-1), t)
    print(type(metric).__name__, metric.compute())

p, t = torch.rand(40), torch.randint(2, (40,))
for metric in (
    Accuracy(task="binary"),
    AUROC(task="binary"),
    AveragePrecision(task="binary"),
    F1Score(task="binary", threshold=0.4),
    BinaryCalibrationError(n_bins=5),
    ConfusionMatrix(task="binary"),
):
    print(type(metric).__name__, metric(p, t))
roc = MulticlassROC(num_classes=5, thresholds=4)
print("roc", roc(logits.flatten(0, 1).softmax(-1), target.flatten()))
curve = MulticlassPrecisionRecallCurve(num_classes=5, thresholds=None)
print("curve", [c[0][:4] for c in curve(logits.flatten(0, 1).softmax(-1), target.flatten())])
print("ranking", MultilabelRankingAveragePrecision(num_labels=5)(logits[0], (logits[1] > 0).long()))

a, b = torch.randn(30), torch.randn(30)
for name in (
    "MeanSquaredError",
    "MeanAbsoluteError",
    "R2Score",
    "PearsonCorrCoef",
    "SpearmanCorrCoef",
    "ExplainedVariance",
    "KendallRankCorrCoef",
    "ConcordanceCorrCoef",
    "MeanAbsolutePercentageError",
    "SymmetricMeanAbsolutePercentageError",
    "LogCoshError",
    "MeanSquaredLogError",
    "WeightedMeanAbsolutePercentageError",
    "RelativeSquaredError",
):
    metric = getattr(torchmetrics, name)()
    metric.update(*((a.abs(), b.abs()) if "Log" in name else (a, b)))
    metric.update(*((a[:7].abs(), b[:7].abs()) if "Log" in name else (a[:7], b[:7])))
    print(name, metric.compute())
print("cosine", torchmetrics.CosineSimilarity(reduction="mean")(a.view(5, 6), b.view(5, 6)))

images, others = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
for name in (
    "PeakSignalNoiseRatio",
    "StructuralSimilarityIndexMeasure",
    "TotalVariation",
    "UniversalImageQualityIndex",
    "SpectralAngleMapper",
    "ErrorRelativeGlobalDimensionlessSynthesis",
):
    metric = getattr(torchmetrics.image, name)(
        **({"data_range": 1.0} if name in ("PeakSignalNoiseRatio", "StructuralSimilarityIndexMeasure") else {})
    )
    print(name, metric(*((images,) if name == "TotalVariation" else (images, others))))
for name in ("WordErrorRate", "CharErrorRate", "MatchErrorRate", "BLEUScore", "EditDistance"):
    metric = getattr(torchmetrics.text, name)()
    print(
        name,
        metric(
            ["this is the prediction", "there is an other sample"],
            [["this is the reference"], ["there is another one"]]
            if name == "BLEUScore"
            else ["this is the reference", "there is another one"],
        ),
    )
print("perplexity", torchmetrics.text.Perplexity()(logits.log_softmax(-1), target))
indexes = torch.tensor([0, 0, 0, 1, 1, 1, 1])
for name in ("RetrievalMAP", "RetrievalMRR", "RetrievalNormalizedDCG", "RetrievalPrecision"):
    print(name, getattr(torchmetrics.retrieval, name)()(a[:7], torch.tensor([0, 1, 0, 1, 0, 1, 1]), indexes=indexes))
print(
    "rand score",
    torchmetrics.clustering.RandScore()(target[0], target[1]),
    torchmetrics.clustering.NormalizedMutualInfoScore()(target[0], target[1]),
)
print("snr", torchmetrics.audio.SignalNoiseRatio()(a, b), torchmetrics.audio.ScaleInvariantSignalDistortionRatio()(a, b))
print("cramer", torchmetrics.nominal.CramersV(5)(target[0], target[1]))

collection = MetricCollection(
    {"acc": Accuracy(**options), "precision": Precision(**options, average="macro"), "recall": Recall(**options)}, prefix="val_"
)
for p5, t5 in zip(logits, target):
    batch = collection(p5, t5)
print({k: round(v.item(), 6) for k, v in batch.items()}, {k: round(v.item(), 6) for k, v in collection.compute().items()})
print(collection.compute_groups, collection.clone(prefix="test_").keys(), collection)
collection.reset()
tracker = MetricTracker(MetricCollection([torchmetrics.MeanSquaredError(), torchmetrics.MeanAbsoluteError()]), maximize=[False, False])
for k in range(3):
    tracker.increment()
    tracker.update(a * (k - 1.2), b)
print(tracker.best_metric(return_step=True), {k: v.tolist() for k, v in tracker.compute_all().items()})
for metric in (MeanMetric(), SumMetric(), MaxMetric(), CatMetric()):
    for k in range(3):
        metric.update(a[k : k + 2])
    print(type(metric).__name__, metric.compute())
running = torchmetrics.wrappers.Running(SumMetric(), window=2)
print([running(float(k)).item() for k in range(4)], running.compute())
classwise = torchmetrics.wrappers.ClasswiseWrapper(Accuracy(**options, average=None), labels=list("abcde"))
print({k: round(v.item(), 6) for k, v in classwise(logits[0], target[0]).items()})
bootstrap = torchmetrics.wrappers.BootStrapper(torchmetrics.MeanSquaredError(), num_bootstraps=5)
bootstrap.update(a, b)
print(bootstrap.compute())


class MyAccuracy(Metric):
    full_state_update = False
    higher_is_better = True

    def __init__(self):
        super().__init__()
        self.add_state("correct", default=torch.tensor(0), dist_reduce_fx="sum")
        self.add_state("seen", default=[], dist_reduce_fx="cat")

    def update(self, p, t):
        self.correct += (p == t).sum()
        self.seen.append(t)

    def compute(self):
        return self.correct.float() / torchmetrics.utilities.dim_zero_cat(self.seen).numel()


own = MyAccuracy()
own.persistent(True)
print(own(logits[0].argmax(-1), target[0]), own(logits[1].argmax(-1), target[1]), own.compute(), own, own.update_count)
print({k: (v if torch.is_tensor(v) else len(v)) for k, v in own.state_dict().items()}, (own + Accuracy(**options)))
module = nn.Module()
module.metric = Accuracy(**options)
print(len(list(module.children())), module.metric.to(torch.float64).device, module)
x = torch.randn(8, requires_grad=True)
torchmetrics.functional.mean_squared_error(x, b[:8]).backward()
print("gradient", x.grad)
