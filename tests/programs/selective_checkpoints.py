"""Checkpoints that keep the results of some operators, and functionalize."""

import functools

import torch
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts

calls, seen = [], []


def part(x, y):
    calls.append(1)
    return torch.sigmoid(torch.matmul(torch.matmul(x, y), y)) * y + torch.nn.functional.layer_norm(x, (3,))


def policy(ctx, op, *args, **kwargs):
    if not ctx.is_recompute:
        seen.append(str(op))
    return CheckpointPolicy.MUST_SAVE if op == torch.ops.aten.mm.default else CheckpointPolicy.PREFER_RECOMPUTE


x, y = torch.arange(9.0).reshape(3, 3).requires_grad_(), torch.full((3, 3), 0.1, requires_grad=True)
part(x, y).square().sum().backward()
plain = x.grad, y.grad
for chosen in (policy, [torch.ops.aten.mm.default], [torch.ops.aten.sigmoid.default, torch.ops.aten.native_layer_norm.default]):
    x.grad = y.grad = None
    contexts = functools.partial(create_selective_checkpoint_contexts, chosen)
    checkpoint(part, x, y, use_reentrant=False, context_fn=contexts).square().sum().backward()
    print(x.grad.allclose(plain[0]), y.grad.allclose(plain[1]), len(calls))
print(seen, list(CheckpointPolicy))
for wrong in ([torch.mm], 3):
    try:
        create_selective_checkpoint_contexts(wrong)
    except (ValueError, TypeError) as problem:
        print(type(problem).__name__)


def writes(x):
    y = x.clone()
    y.view(-1)[0] = 5
    x.add_(1)
    return y


t = torch.zeros(2, 2)
print(torch.func.functionalize(writes)(t), t, torch.func.functionalize(writes, remove="mutations_and_views")(t))
