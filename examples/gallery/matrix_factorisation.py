"""Recommendations by matrix factorisation with embeddings: dense, sparse, and bags of items."""

import torch
import torch.nn as nn

torch.manual_seed(0)
USERS, ITEMS, RANK = 30, 40, 4

taste, trait = torch.randn(USERS, RANK), torch.randn(ITEMS, RANK)
pairs = torch.randperm(USERS * ITEMS)[:800]
users, items = pairs // ITEMS, pairs % ITEMS
ratings = (taste[users] * trait[items]).sum(1) + 0.1 * torch.randn(800)


class MatrixFactorization(nn.Module):
    def __init__(self, sparse=False):
        super().__init__()
        self.user_factors = nn.Embedding(USERS, RANK, sparse=sparse)
        self.item_factors = nn.Embedding(ITEMS, RANK, sparse=sparse)
        self.user_biases = nn.Embedding(USERS, 1, sparse=sparse)
        self.item_biases = nn.Embedding(ITEMS, 1, sparse=sparse)
        for table in self.children():
            nn.init.uniform_(table.weight, -0.5, 0.5)

    def forward(self, user, item):
        prediction = self.user_biases(user) + self.item_biases(item)
        prediction += (self.user_factors(user) * self.item_factors(item)).sum(dim=1, keepdim=True)
        return prediction.squeeze()


def train(name, model, optimizer, epochs=4, batch=50):
    loss_fn = nn.MSELoss()
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(700).split(batch):
            optimizer.zero_grad()
            loss = loss_fn(model(users[rows], items[rows]), ratings[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            test = loss_fn(model(users[700:], items[700:]), ratings[700:]).sqrt()
        print(f"{name:10s} epoch {epoch} train {total / 700:.5f} test RMSE {test:.5f}")


model = MatrixFactorization()
train("AdamW", model, torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.1))

model = MatrixFactorization(sparse=True)
train("SparseAdam", model, torch.optim.SparseAdam(list(model.parameters()), lr=0.02))
gradient = model.user_factors.weight.grad
print("sparse gradient:", gradient.is_sparse, gradient.shape, gradient.coalesce().indices().shape, gradient.layout)

model = MatrixFactorization(sparse=True)
train("sparse SGD", model, torch.optim.SGD(model.parameters(), lr=1.0))

# Each user as the bag of the items that he or she liked.
liked = [items[(users == user) & (ratings > 0.5)] for user in range(USERS)]
offsets = torch.tensor([0] + [len(bag) for bag in liked[:-1]]).cumsum(0)
bag = nn.EmbeddingBag(ITEMS, RANK, mode="mean")
profile = bag(torch.cat(liked), offsets)
similar = torch.cosine_similarity(profile[:1], profile).topk(3)
print("users like user 0:", similar.indices.tolist(), similar.values.detach())
profile.square().sum().backward()
print(f"gradient of the bag {bag.weight.grad.norm().item():.5f}")

table = nn.Embedding(5, 3, padding_idx=0, max_norm=1.0)
rows = table(torch.tensor([0, 1, 4]))
print(rows, rows.norm(dim=1).detach())
