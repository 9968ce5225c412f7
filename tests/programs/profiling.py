"""Profilers: which operators ran, and how often."""

import json
import os
import tempfile

import torch
from torch.profiler import ProfilerActivity, profile, record_function, schedule, tensorboard_trace_handler


def counts(averages):
    wanted = ("aten::mm", "aten::exp", "aten::addmm", "aten::relu", "inference", "training")
    return sorted((e.key, e.count) for e in averages if e.key in wanted)


x, m = torch.ones(4, 4), torch.nn.Linear(4, 4)
with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as prof, torch.no_grad():
    for _ in range(2):
        with record_function("inference"):
            m(x).relu()
    torch.mm(x, x).exp()
averages = prof.key_averages()
print(counts(averages), all(e.cpu_time_total >= e.self_cpu_time_total > 0 for e in averages), len(prof.events()) > 5)
table = averages.table(sort_by="cpu_time_total", row_limit=3).splitlines()
print(len(table), table[1].split(), table[-1].split()[:4], table[3].split()[0])
print([str(e.input_shapes) for e in prof.key_averages(group_by_input_shape=True) if e.key == "aten::mm"])
with tempfile.TemporaryDirectory() as folder:
    prof.export_chrome_trace(os.path.join(folder, "trace.json"))
    with open(os.path.join(folder, "trace.json"), encoding="utf-8") as file:
        print("aten::mm" in {e.get("name") for e in json.load(file)["traceEvents"]})
    plan = schedule(wait=1, warmup=1, active=2, repeat=2)
    print([plan(i).name for i in range(10)])
    ready = []
    with profile(schedule=plan, on_trace_ready=lambda p: ready.append((p.step_num, counts(p.key_averages())))) as prof:
        for _ in range(9):
            torch.mm(x, x)
            prof.step()
    print(ready)
    with profile(on_trace_ready=tensorboard_trace_handler(os.path.join(folder, "logs"))):
        torch.mm(x, x)
    print(len(os.listdir(os.path.join(folder, "logs"))))


@record_function("training")
def train():
    return torch.mm(x, x)


with torch.autograd.profiler.profile() as prof:
    train()
    train()
print(counts(prof.key_averages()), prof.self_cpu_time_total > 0, prof.total_average().count > 3, "training" in prof.table())
with record_function("unseen"):
    print(type(train()).__name__)
try:
    schedule(wait=-1, warmup=0, active=1)
except AssertionError:
    print("AssertionError")
