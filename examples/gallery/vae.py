"""A variational autoencoder of small pictures of bars (Kingma and Welling, 2013)."""

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader

torch.manual_seed(1)


def bars(count):
    """Pictures of 8 x 8 pixels, each with one to three full rows or columns."""
    pictures = torch.zeros(count, 8, 8)
    for picture in pictures:
        for _ in range(torch.randint(1, 4, (1,)).item()):
            place = torch.randint(8, (1,)).item()
            if torch.rand(1).item() < 0.5:
                picture[place] = 1
            else:
                picture[:, place] = 1
    return pictures


class VAE(nn.Module):
    def __init__(self, hidden=64, latent=4):
        super().__init__()
        self.fc1 = nn.Linear(64, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, 64)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(reconstruction, x, mu, logvar):
    bce = F.binary_cross_entropy(reconstruction, x.view(-1, 64), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld, kld


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
loader = DataLoader(bars(512), batch_size=64, shuffle=True)
model = VAE().to(device)
optimizer = optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(1, 11):
    model.train()
    total, total_kld = 0.0, 0.0
    for data in loader:
        data = data.to(device)
        optimizer.zero_grad()
        reconstruction, mu, logvar = model(data)
        loss, kld = loss_function(reconstruction, data, mu, logvar)
        loss.backward()
        total += loss.item()
        total_kld += kld.item()
        optimizer.step()
    print(f"epoch {epoch:2d}  average loss {total / 512:.4f}  of which KL {total_kld / 512:.5f}")

model.eval()
with torch.no_grad():
    sample = model.decode(torch.randn(2, 4)).view(2, 8, 8)
    print(sample[0, :3])
    print(f"mean {sample.mean():.4f}, max {sample.max():.4f}")
