"""SSIM and MS-SSIM, functions and modules, of pictures and volumes; a picture restored by their gradient."""

import torch
from pytorch_msssim import MS_SSIM, SSIM, ms_ssim, ssim

torch.manual_seed(0)
a = torch.rand(2, 3, 176, 176)
b = (a + 0.1 * torch.randn_like(a)).clamp(0, 1)
print(ssim(a, b, data_range=1, size_average=False), ms_ssim(a, b, data_range=1, size_average=False))
print(ssim(a * 255, b * 255, win_size=7, win_sigma=1.0), ssim(a, b, data_range=1, nonnegative_ssim=True))
small = torch.rand(1, 1, 24, 24)
x = torch.rand(1, 1, 24, 24, requires_grad=True)
module = SSIM(win_size=5, win_sigma=1.5, data_range=1, size_average=True, channel=1)
optimizer = torch.optim.Adam([x], lr=0.05)
for step in range(6):
    loss = 1 - module(x, small)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
print(
    MS_SSIM(data_range=1, channel=3)(a, b),
    SSIM(data_range=1, channel=1, spatial_dims=3)(torch.rand(1, 1, 12, 12, 12), torch.rand(1, 1, 12, 12, 12)),
)
