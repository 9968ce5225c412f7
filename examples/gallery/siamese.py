"""Siamese and contrastive learning: pairs, triplets and InfoNCE on noisy copies of a few prototypes."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(8)
CLASSES, FEATURES = 6, 20
prototypes = torch.randn(CLASSES, FEATURES)


def views(labels):
    return prototypes[labels] + 0.5 * torch.randn(len(labels), FEATURES)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, 32), nn.BatchNorm1d(32), nn.PReLU(), nn.Linear(32, 8))

    def forward(self, x):
        return F.normalize(self.layers(x), dim=1)


class ContrastiveLoss(nn.Module):
    """Hadsell, Chopra and LeCun (2006)."""

    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, first, second, same):
        distance = F.pairwise_distance(first, second, keepdim=True)
        return (same * distance**2 + (1 - same) * torch.clamp(self.margin - distance, min=0.0) ** 2).mean()


def pairs_loss(model):
    a, b = torch.randint(CLASSES, (2, 32))
    b = torch.where(torch.rand(32) < 0.5, a, b)
    return ContrastiveLoss()(model(views(a)), model(views(b)), (a == b).float().unsqueeze(1))


def triplet_loss(model):
    anchor = torch.randint(CLASSES, (32,))
    negative = (anchor + torch.randint(1, CLASSES, (32,))) % CLASSES
    return nn.TripletMarginLoss(margin=0.5)(model(views(anchor)), model(views(anchor)), model(views(negative)))


def info_nce(model, temperature=0.2):
    """Each row's other view is the right answer among all rows (van den Oord et al., 2018)."""
    labels = torch.arange(CLASSES)
    first, second = model(views(labels)), model(views(labels))
    logits = first @ second.T / temperature
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2


def cosine(model):
    a = torch.randint(CLASSES, (32,))
    b = a.roll(1)
    target = (a == b).float() * 2 - 1
    return F.cosine_embedding_loss(model(views(a)), model(views(b)), target, margin=0.2)


for criterion in (pairs_loss, triplet_loss, info_nce, cosine):
    torch.manual_seed(12)
    model = Encoder()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for step in range(31):
        loss = criterion(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"{criterion.__name__:12s} {step:2d} {loss.item():.5f}")
    model.eval()
    with torch.no_grad():
        labels = torch.arange(CLASSES).repeat_interleave(10)
        gallery, queries = model(prototypes), model(views(labels))
        nearest = torch.cdist(queries, gallery).argmin(dim=1)
    print(f"right neighbours {(nearest == labels).float().mean().item():.3f}")
