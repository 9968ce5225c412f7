"""`TabTransformer` and `FTTransformer` of categories and numbers: trained on a small table, with dropout and normalised numbers."""

import torch
from tab_transformer_pytorch import FTTransformer, TabTransformer

torch.manual_seed(0)
categories, numbers = torch.stack([torch.randint(0, n, (40,)) for n in (10, 5, 6)], 1), torch.randn(40, 4)
target = (categories[:, :1] > 4).float() + numbers[:, :1]
MODELS = {
    "tab": lambda: TabTransformer(
        categories=(10, 5, 6),
        num_continuous=4,
        dim=16,
        dim_out=1,
        depth=2,
        heads=4,
        attn_dropout=0.1,
        ff_dropout=0.1,
        mlp_hidden_mults=(4, 2),
        mlp_act=torch.nn.ReLU(),
        continuous_mean_std=torch.tensor([[0.0, 1.0]] * 4),
    ),
    "ft": lambda: FTTransformer(
        categories=(10, 5, 6), num_continuous=4, dim=16, dim_out=1, depth=2, heads=4, attn_dropout=0.1, ff_dropout=0.1
    ),
}
for name, make in MODELS.items():
    torch.manual_seed(1)
    model = make()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for step in range(8):
        loss = torch.nn.functional.mse_loss(model(categories, numbers), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 2 == 0:
            print(name, step, f"{loss.item():.5f}")
    model.eval()
    out, attention = model(categories, numbers, return_attn=True)
    print(out[:3].flatten().detach(), attention[0].shape, sum(p.numel() for p in model.parameters()))
