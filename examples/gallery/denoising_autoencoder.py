"""A denoising autoencoder with a Dataset of our own and transforms that compose."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, sample):
        for transform in self.transforms:
            sample = transform(sample)
        return sample


class Normalize:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, sample):
        return {**sample, "signal": (sample["signal"] - self.mean) / self.std}


class AddNoise:
    def __init__(self, std, generator):
        self.std, self.generator = std, generator

    def __call__(self, sample):
        noise = torch.randn(sample["signal"].shape, generator=self.generator)
        return {**sample, "noisy": sample["signal"] + self.std * noise}


class Waves(Dataset):
    """Sums of two sine waves of 32 samples; the label is the frequency of the first."""

    def __init__(self, count, transform=None, seed=0):
        generator = torch.Generator().manual_seed(seed)
        self.frequencies = torch.randint(1, 5, (count, 2), generator=generator)
        self.phases = 6.28 * torch.rand(count, 2, generator=generator)
        self.transform = transform

    def __len__(self):
        return len(self.frequencies)

    def __getitem__(self, i):
        t = torch.linspace(0, 1, 32).unsqueeze(1)
        signal = torch.sin(6.28 * t * self.frequencies[i] + self.phases[i]).sum(dim=1)
        sample = {"signal": signal, "label": self.frequencies[i, 0].item(), "name": f"wave-{i:03d}"}
        return self.transform(sample) if self.transform else sample


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(32, 24), nn.ELU(), nn.Linear(24, 6))
        self.decoder = nn.Sequential(nn.Linear(6, 24), nn.ELU(), nn.Linear(24, 32))

    def forward(self, x):
        return self.decoder(self.encoder(x))


torch.manual_seed(2)
transform = Compose([Normalize(0.0, 1.0), AddNoise(0.3, torch.Generator().manual_seed(9))])
dataset = Waves(240, transform)
train_loader = DataLoader(Subset(dataset, range(200)), batch_size=40, shuffle=True, drop_last=True)
test_loader = DataLoader(Subset(dataset, range(200, 240)), batch_size=16)
first = next(iter(test_loader))
print({key: value.shape if torch.is_tensor(value) else value[:2] for key, value in first.items()}, first["label"])

model = Autoencoder()
optimizer = torch.optim.NAdam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0.05)
for epoch in range(8):
    model.train()
    losses = []
    for batch in train_loader:
        loss = nn.functional.mse_loss(model(batch["noisy"]), batch["signal"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        squares = [nn.functional.mse_loss(model(batch["noisy"]), batch["signal"], reduction="sum") for batch in test_loader]
    test_loss = sum(squares).item() / (40 * 32)
    scheduler.step(test_loss)
    print(f"epoch {epoch} train {sum(losses) / len(losses):.5f} test {test_loss:.5f} lr {optimizer.param_groups[0]['lr']}")
