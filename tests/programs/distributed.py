"""A program for several processes as the only one."""

import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data.distributed import DistributedSampler

torch.manual_seed(0)
print(dist.is_available(), dist.is_initialized(), dist.is_gloo_available(), dist.is_nccl_available(), dist.is_torchelastic_launched())
for wrong in ("dist.get_rank()", "dist.get_world_size()", "dist.all_reduce(torch.ones(1))", "dist.barrier()", "DistributedSampler([1])",
              "DistributedDataParallel(nn.Linear(1, 1))", "dist.init_process_group('gloo')"):
    try:
        eval(wrong)
    except Exception as problem:
        print(wrong, type(problem).__name__)
os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29531", RANK="0", WORLD_SIZE="1", LOCAL_RANK="0")
dist.init_process_group("gloo")
print(dist.is_initialized(), dist.get_rank(), dist.get_world_size(), dist.get_backend(), dist.get_node_local_rank())
t = torch.arange(3.0)
print(dist.all_reduce(t), dist.broadcast(t, src=0), dist.barrier(), dist.reduce(t, dst=0), t)
work = dist.all_reduce(t, op=dist.ReduceOp.MAX, async_op=True)
print(work.wait(), work.is_completed())
gathered, out = [torch.zeros(3)], torch.zeros(3)
dist.all_gather(gathered, t)
dist.scatter(out, [t + 1], src=0)
print(gathered, out)
dist.reduce_scatter(out, [t + 2])
print(out)
dist.all_gather_into_tensor(out, t)
dist.gather(t * 2, gathered, dst=0)
print(out, gathered)
objects = [None]
dist.all_gather_object(objects, {"a": 1})
print(objects)
dist.broadcast_object_list(objects, src=0)
print(objects, dist.get_process_group_ranks(dist.group.WORLD))
model = DistributedDataParallel(nn.Linear(2, 1))
print(model, [n for n, _ in model.named_parameters()], list(model.state_dict()))
with model.no_sync():
    model(torch.ones(4, 2)).sum().backward()
print(model.module.weight.grad)
sampler = DistributedSampler(list(range(5)), shuffle=False)
print(list(sampler), sampler.num_replicas, sampler.rank)
dist.destroy_process_group()
print(dist.is_initialized())
for name in ("MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE", "LOCAL_RANK"):
    os.environ.pop(name)
