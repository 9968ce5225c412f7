"""Bunch and Kaufman's factors, and segments."""

import torch

torch.manual_seed(0)
for dtype in (torch.float64, torch.complex128):
    for hermitian in (False, True):
        for n in (2, 5, 9):
            a = torch.randn(2, n, n, dtype=dtype)
            a = a + (a.mH if hermitian else a.mT)
            a[1].diagonal().zero_()
            b = torch.randn(n, 2, dtype=dtype)
            packed, pivots = torch.linalg.ldl_factor(a, hermitian=hermitian)
            solved = torch.linalg.ldl_solve(packed, pivots, b, hermitian=hermitian)
            print(pivots.tolist(), f"{packed.abs().sum():.6f} {solved.abs().sum():.6f}", bool((a @ solved - b).abs().max() < 1e-9))
print(torch.linalg.ldl_factor_ex(torch.zeros(2, 2)), torch.linalg.ldl_factor_ex(torch.zeros(2, 0, 0)).pivots.shape)
for wrong in ("torch.zeros(2, 3)", "torch.zeros(2)", "torch.zeros(2, 2).int()", "torch.zeros(2, 2)"):
    try:
        torch.linalg.ldl_factor(eval(wrong))
    except RuntimeError:
        print(wrong, "RuntimeError")

lengths = torch.tensor([2, 0, 2])
for rows in ([[1.0, 2.0], [3.0, 0.0], [5.0, 6.0], [float("nan"), 8.0]], [[0.0, 2.0], [0.0, 0.0], [5.0, 5.0], [5.0, 1.0]]):
    for reduce in ("sum", "mean", "max", "min", "prod"):
        for initial in (None, 1.0, 7.0):
            data = torch.tensor(rows, requires_grad=True)
            made = torch.segment_reduce(data, reduce, lengths=lengths, initial=initial)
            print(reduce, initial, made.tolist(), torch.autograd.grad(made.sum(), data)[0].tolist(), made.grad_fn.name())
print(torch.segment_reduce(data, "sum", offsets=torch.tensor([0, 1, 4])).tolist())
print(torch.segment_reduce(data.detach(), "max", lengths=torch.tensor([[1, 1], [2, 0], [0, 2], [1, 1]]), axis=1).tolist())
for wrong in ("lengths=torch.tensor([1, 1])", "lengths=torch.tensor([-1, 5])", "lengths=lengths, axis=1", "indices=lengths"):
    try:
        eval(f"torch.segment_reduce(data, 'sum', {wrong})")
    except RuntimeError:
        print(wrong, "RuntimeError")

torch.manual_seed(1)
F = torch.nn.functional
layer = torch.nn.LinearCrossEntropyLoss(5, 4, bias=True, label_smoothing=0.1)
x, y = torch.randn(3, 5), torch.tensor([1, 0, 3])
print(layer, f"{layer(x, y).item():.6f}", F.linear_cross_entropy(x, layer.linear.weight, y, ignore_index=0, reduction="none").tolist()[1])
loss = torch.nn.LinearCrossEntropyLoss(5, 4, out_features=(2, 3), options=None)
print(f"{loss(x, torch.arange(18).reshape(3, 2, 3) % 4).item():.6f} {loss(x, torch.rand(3, 4, 2, 3).softmax(1)).item():.6f}")
print(f"{F.linear_cross_entropy(x, layer.linear.weight, y, options=torch.nn.LinearCrossEntropyOptions(batch_chunk_size=2)).item():.5f}")
