"""`MLP`, `ResNet` and `FTTransformer` of tables, trained, with their groups of parameters for the optimizer."""

import rtdl
import torch

torch.manual_seed(0)
numbers, categories = torch.randn(40, 5), torch.stack([torch.randint(0, n, (40,)) for n in (3, 4)], 1)
target = numbers[:, :1] + (categories[:, :1] > 1)
MODELS = {
    "mlp": lambda: rtdl.MLP.make_baseline(d_in=5, d_layers=[8, 6], dropout=0.1, d_out=1),
    "resnet": lambda: rtdl.ResNet.make_baseline(d_in=5, d_main=8, d_hidden=16, dropout_first=0.2, dropout_second=0.0, n_blocks=2, d_out=1),
    "ft": lambda: rtdl.FTTransformer.make_baseline(
        n_num_features=5,
        cat_cardinalities=[3, 4],
        d_token=8,
        n_blocks=2,
        attention_dropout=0.1,
        ffn_d_hidden=8,
        ffn_dropout=0.1,
        residual_dropout=0.0,
        last_layer_query_idx=[-1],
        d_out=1,
    ),
    "default": lambda: rtdl.FTTransformer.make_default(
        n_num_features=5, cat_cardinalities=[3, 4], n_blocks=1, last_layer_query_idx=[-1], d_out=1
    ),
}
for name, make in MODELS.items():
    torch.manual_seed(1)
    model = make()
    groups = model.optimization_param_groups() if "ft" in name else model.parameters()
    optimizer = torch.optim.AdamW(groups, lr=1e-3, weight_decay=1e-2)
    given = (numbers, categories) if name in ("ft", "default") else (numbers,)
    for step in range(6):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(*given), target)
        loss.backward()
        optimizer.step()
        print(name, step, f"{loss.item():.5f}", len(optimizer.param_groups))
embeddings = rtdl.NumericalFeatureTokenizer(5, 4, True, "uniform")
print(
    embeddings(numbers)[0, :2].detach(),
    rtdl.CLSToken(4, "normal")(embeddings(numbers)).shape,
    rtdl.CategoricalFeatureTokenizer([3, 4], 4, True, "uniform")(categories)[0].detach(),
)
