"""`Accelerator.prepare` around a training loop: accumulated and clipped gradients, a scheduler, `gather_for_metrics`, a saved state."""

import tempfile

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn

set_seed(42)
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
x = torch.randn(64, 8)
y = (x.sum(1) > 0).long()
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=8, shuffle=True)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
model, optimizer, loader, schedule = accelerator.prepare(model, optimizer, loader, schedule)
print(accelerator.device, accelerator.num_processes, accelerator.is_main_process, len(loader), type(loader).__name__)
for epoch in range(3):
    total = 0
    for inputs, targets in loader:
        with accelerator.accumulate(model):
            loss = nn.functional.cross_entropy(model(inputs), targets)
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        total += loss.detach()
    print(epoch, f"{total.item():.5f} {schedule.get_last_lr()[0]:.5f}")

model.eval()
right = []
for inputs, targets in loader:
    with torch.no_grad():
        found, wanted = accelerator.gather_for_metrics((model(inputs).argmax(1), targets))
    right.append(round((found == wanted).float().mean().item(), 4))
print(right)
first = accelerator.unwrap_model(model)[0]
with tempfile.TemporaryDirectory() as folder:
    accelerator.save_state(folder)
    kept = first.weight.clone()
    with torch.no_grad():
        first.weight.zero_()
    accelerator.load_state(folder)
accelerator.print(torch.equal(kept, first.weight))
