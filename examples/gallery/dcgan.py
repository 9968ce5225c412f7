"""A deep convolutional GAN at a small size: pictures of soft discs, 16 x 16 (Radford, Metz and Chintala, 2015)."""

import torch
import torch.nn as nn

torch.manual_seed(999)
LATENT, WIDTH, BATCH = 16, 8, 16


def discs(count):
    """Bright discs at random places on a dark ground, values between -1 and 1, of shape (count, 1, 16, 16)."""
    rows, columns = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    centres = 4 + 8 * torch.rand(count, 2, 1, 1)
    distance = ((rows - centres[:, 0]) ** 2 + (columns - centres[:, 1]) ** 2).sqrt()
    return torch.tanh(4 - distance).unsqueeze(1)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif classname.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


generator = nn.Sequential(
    nn.ConvTranspose2d(LATENT, WIDTH * 2, 4, 1, 0, bias=False),
    nn.BatchNorm2d(WIDTH * 2),
    nn.ReLU(True),
    nn.ConvTranspose2d(WIDTH * 2, WIDTH, 4, 2, 1, bias=False),
    nn.BatchNorm2d(WIDTH),
    nn.ReLU(True),
    nn.ConvTranspose2d(WIDTH, 1, 4, 2, 1, bias=False),
    nn.Tanh(),
)
discriminator = nn.Sequential(
    nn.Conv2d(1, WIDTH, 4, 2, 1, bias=False),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(WIDTH, WIDTH * 2, 4, 2, 1, bias=False),
    nn.BatchNorm2d(WIDTH * 2),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(WIDTH * 2, 1, 4, 1, 0, bias=False),
    nn.Sigmoid(),
)
generator.apply(weights_init)
discriminator.apply(weights_init)
print(generator)

criterion = nn.BCELoss()
fixed_noise = torch.randn(4, LATENT, 1, 1)
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))

for step in range(31):
    # Discriminator: real pictures are ones, generated pictures zeros.
    discriminator.zero_grad()
    label = torch.full((BATCH,), 1.0)
    output = discriminator(discs(BATCH)).view(-1)
    error_real = criterion(output, label)
    error_real.backward()
    d_x = output.mean().item()
    fake = generator(torch.randn(BATCH, LATENT, 1, 1))
    label.fill_(0.0)
    output = discriminator(fake.detach()).view(-1)
    error_fake = criterion(output, label)
    error_fake.backward()
    optimizer_d.step()

    # Generator: its pictures should pass for real.
    generator.zero_grad()
    label.fill_(1.0)
    output = discriminator(fake).view(-1)
    error_g = criterion(output, label)
    error_g.backward()
    optimizer_g.step()
    if step % 5 == 0:
        error_d, d_g = (error_real + error_fake).item(), output.mean().item()
        print(f"[{step:2d}] loss D {error_d:.4f}  loss G {error_g.item():.4f}  D(x) {d_x:.4f}  D(G(z)) {d_g:.4f}")

generator.eval()
with torch.no_grad():
    pictures = generator(fixed_noise)
print(pictures.shape, f"mean {pictures.mean():.5f} std {pictures.std():.5f}")
