"""A small residual network on pictures of three textures (He et al., 2015), written as for mixed precision on a graphics card."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(1)


class Textures(Dataset):
    """Stripes, checks and rings with noise, of shape (3, 12, 12)."""

    def __init__(self, count):
        rows, columns = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
        self.labels = torch.randint(3, (count,))
        phase = 6 * torch.rand(count, 1, 1)
        radius = ((rows - 5.5) ** 2 + (columns - 5.5) ** 2).sqrt()
        kinds = torch.stack([(rows + phase).sin(), (rows + phase).sin() * (columns + phase).sin(), (radius + phase).sin()])
        grey = kinds[self.labels, torch.arange(count)]
        self.images = grey.unsqueeze(1).repeat(1, 3, 1, 1) + 0.5 * torch.randn(count, 3, 12, 12)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]


class BasicBlock(nn.Module):
    def __init__(self, inplanes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or inplanes != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inplanes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


model = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1, bias=False),
    nn.BatchNorm2d(8),
    nn.ReLU(inplace=True),
    BasicBlock(8, 8),
    BasicBlock(8, 16, 2),
    nn.AdaptiveAvgPool2d((1, 1)),
    nn.Flatten(),
    nn.Linear(16, 3),
)
for m in model.modules():
    if isinstance(m, nn.Conv2d):
        nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
use_amp = device.type == "cuda"
model = model.to(device)
loader = DataLoader(Textures(160), batch_size=32, shuffle=True, pin_memory=use_amp)
test_images, test_labels = next(iter(DataLoader(Textures(100), batch_size=100)))
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4, nesterov=True)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[2, 3], gamma=0.1)
scaler = torch.amp.GradScaler(device.type, enabled=use_amp)

for epoch in range(4):
    model.train()
    for images, labels in loader:
        images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device_type=device.type, enabled=use_amp):
            loss = criterion(model(images), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(test_images.to(device)).argmax(1).cpu() == test_labels).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.5f} accuracy {accuracy:.3f}")
print(f"running mean {model[1].running_mean.norm().item():.5f}, batches {model[1].num_batches_tracked.item()}")
