"""Measures of pictures: PSNR, SSIM, MS-SSIM, TV, GMSD, MS-GMSD, MDSI, HaarPSI, VSI, FSIM, with gradients."""

import piqa
import torch

torch.manual_seed(0)
a = torch.rand(2, 3, 192, 192)
b = (a + 0.1 * torch.randn_like(a)).clamp(0, 1)
MEASURES = (piqa.PSNR(), piqa.SSIM(), piqa.MS_SSIM(), piqa.GMSD(), piqa.MS_GMSD(), piqa.MDSI(), piqa.HaarPSI(), piqa.VSI(), piqa.FSIM())
for measure in MEASURES:
    x = b.clone().requires_grad_(True)
    value = measure(x, a)
    value.backward()
    print(type(measure).__name__, f"{value.item():.5f} {x.grad.abs().sum().item():.4f}")
print(piqa.TV()(a), piqa.psnr.mse(a, b).sum())
