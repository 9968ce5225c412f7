"""Thirty losses with miners, distances, reducers and regularizers, cross-batch memory, a trained embedding, accuracy by nearest
neighbours, samplers.

`HDCMiner` takes the hardest pairs by `topk`, which may order the two directions of a pair (equal distances) otherwise; they are printed
sorted.
"""

import logging

import numpy as np
import torch
from pytorch_metric_learning import distances, losses, miners, reducers, regularizers, samplers, testers, trainers
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN
from torch import nn

logging.disable(logging.CRITICAL)
torch.manual_seed(0)
np.random.seed(0)
labels = torch.arange(6).repeat_interleave(5)
embeddings = torch.randn(30, 8) + torch.randn(6, 8)[labels]

FUNCTIONS = {
    "AngularLoss": {},
    "CircleLoss": {},
    "ContrastiveLoss": {},
    "FastAPLoss": {},
    "GeneralizedLiftedStructureLoss": {},
    "InstanceLoss": {},
    "IntraPairVarianceLoss": {},
    "LiftedStructureLoss": {},
    "MarginLoss": {},
    "MultiSimilarityLoss": {},
    "NCALoss": {},
    "NPairsLoss": {},
    "NTXentLoss": {},
    "PNPLoss": {},
    "RankedListLoss": {"margin": 1, "Tn": 0},
    "SignalToNoiseRatioContrastiveLoss": {},
    "SupConLoss": {},
    "ThresholdConsistentMarginLoss": {},
    "TripletMarginLoss": {},
    "TupletMarginLoss": {},
    "HistogramLoss": {"n_bins": 10},
    "DynamicSoftMarginLoss": {},
    "SmoothAPLoss": {},
}
WITH_CLASSES = (
    "ArcFaceLoss",
    "CosFaceLoss",
    "LargeMarginSoftmaxLoss",
    "NormalizedSoftmaxLoss",
    "ProxyAnchorLoss",
    "ProxyNCALoss",
    "SoftTripleLoss",
    "SphereFaceLoss",
    "SubCenterArcFaceLoss",
)
for name, options in {**FUNCTIONS, **{n: {"num_classes": 6, "embedding_size": 8} for n in WITH_CLASSES}}.items():
    torch.manual_seed(3)
    function = getattr(losses, name)(**options)
    x = embeddings.clone().requires_grad_(True)
    loss = function(x, labels)
    loss.backward()
    print(name, f"{loss.item():.5f}", f"{x.grad.abs().sum():.5f}", len(list(function.parameters())))

for miner in (
    miners.MultiSimilarityMiner(),
    miners.TripletMarginMiner(margin=0.2, type_of_triplets="semihard"),
    miners.BatchHardMiner(),
    miners.PairMarginMiner(),
    miners.AngularMiner(),
    miners.BatchEasyHardMiner(),
    miners.HDCMiner(),
    miners.UniformHistogramMiner(),
):
    found = miner(embeddings, labels)
    print(
        type(miner).__name__,
        [len(f) for f in found],
        [sorted(f.tolist())[:4] for f in found],
        f"{losses.TripletMarginLoss()(embeddings, labels, found):.5f}",
    )
for distance in (distances.CosineSimilarity(), distances.LpDistance(p=1), distances.SNRDistance(), distances.DotProductSimilarity()):
    function = losses.TripletMarginLoss(
        distance=distance, reducer=reducers.ThresholdReducer(low=0), embedding_regularizer=regularizers.LpRegularizer()
    )
    print(type(distance).__name__, f"{function(embeddings, labels):.5f}", f"{distance(embeddings)[0, 1]:.5f}")
print("per anchor", losses.NTXentLoss(reducer=reducers.PerAnchorReducer(), temperature=0.2)(embeddings, labels))
print("manifold", losses.ManifoldLoss(l=8, K=10)(embeddings))
print("self", losses.SelfSupervisedLoss(losses.NTXentLoss())(embeddings[:10], embeddings[10:20]))
memory = losses.CrossBatchMemory(losses.ContrastiveLoss(), embedding_size=8, memory_size=40, miner=miners.MultiSimilarityMiner())
print("memory", [round(memory(embeddings, labels).item(), 5) for _ in range(3)], memory.queue_idx)
several = losses.MultipleLosses([losses.TripletMarginLoss(), losses.ContrastiveLoss()], weights=[1, 0.5])
print("several", several(embeddings, labels))

trunk, embedder = nn.Sequential(nn.Linear(8, 16), nn.ReLU()), nn.Linear(16, 4)
data = torch.utils.data.TensorDataset(embeddings, labels)
optimizers = {
    "trunk_optimizer": torch.optim.Adam(trunk.parameters(), 1e-2),
    "embedder_optimizer": torch.optim.Adam(embedder.parameters(), 1e-2),
}
lines = []
trainer = trainers.MetricLossOnly(
    {"trunk": trunk, "embedder": embedder},
    optimizers,
    10,
    {"metric_loss": losses.TripletMarginLoss()},
    data,
    mining_funcs={"tuple_miner": miners.BatchHardMiner()},
    sampler=samplers.MPerClassSampler(labels, 2, 10, 30),
    dataloader_num_workers=0,
    end_of_iteration_hook=lambda t: lines.append(round(float(t.losses["metric_loss"]), 5)),
)
trainer.train(num_epochs=3)
print("trained", lines)
with torch.no_grad():
    after = embedder(trunk(embeddings))
calculator = AccuracyCalculator(
    include=("precision_at_1", "r_precision", "mean_average_precision_at_r", "AMI", "NMI"),
    k="max_bin_count",
    knn_func=CustomKNN(distances.LpDistance()),
    kmeans_func=lambda x, k, *a: (x[:, :1] * 2).round().long().squeeze(1),
)
print({k: round(v, 5) for k, v in calculator.get_accuracy(after, labels).items()})
tester = testers.GlobalEmbeddingSpaceTester(
    dataloader_num_workers=0,
    accuracy_calculator=AccuracyCalculator(include=("precision_at_1",), k=1, knn_func=CustomKNN(distances.LpDistance())),
)
print(tester.test({"val": data}, 1, trunk, embedder)["val"])
print([list(samplers.FixedSetOfTriplets(labels, 3))[:6], list(samplers.MPerClassSampler(labels, 2, length_before_new_iter=12))])
