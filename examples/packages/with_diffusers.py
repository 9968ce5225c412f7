"""A small `UNet2DModel` trained to predict noise, and pictures from it by `DDPMScheduler`, `DDIMScheduler` and `DDPMPipeline`."""

import torch
from diffusers import DDIMScheduler, DDPMPipeline, DDPMScheduler, UNet2DModel

torch.manual_seed(0)
unet = UNet2DModel(sample_size=16, in_channels=1, out_channels=1, layers_per_block=1, block_out_channels=(32, 32), norm_num_groups=8,
                   down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"))
print(sum(p.numel() for p in unet.parameters()), f"{sum(p.double().abs().sum().item() for p in unet.parameters()):.4f}")
ddpm = DDPMScheduler(num_train_timesteps=50)
optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3)
x = torch.rand(8, 1, 16, 16) * 2 - 1
for _ in range(4):
    noise = torch.randn_like(x)
    times = torch.randint(0, 50, (8,))
    loss = torch.nn.functional.mse_loss(unet(ddpm.add_noise(x, noise, times), times).sample, noise)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"{loss.item():.5f}")

unet.eval()
generator = torch.Generator().manual_seed(0)
for schedule, steps in ((ddpm, 5), (DDIMScheduler(num_train_timesteps=50), 4)):
    schedule.set_timesteps(steps)
    sample = torch.randn(1, 1, 16, 16, generator=generator)
    for t in schedule.timesteps:
        with torch.no_grad():
            residual = unet(sample, t).sample
        sample = schedule.step(residual, t, sample, generator=generator).prev_sample
    print(f"{sample.abs().mean().item():.5f}", schedule.timesteps.tolist())
pipeline = DDPMPipeline(unet, ddpm)
pipeline.set_progress_bar_config(disable=True)
pictures = pipeline(batch_size=1, num_inference_steps=3, generator=torch.Generator().manual_seed(1), output_type="np").images
print(pictures.shape, f"{pictures.mean():.5f}")
