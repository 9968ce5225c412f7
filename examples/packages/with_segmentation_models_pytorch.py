"""Unet, FPN, DeepLabV3+, Linknet and PSPNet over three encoders with the Dice loss: the loss, the size of its gradient, a prediction."""

import segmentation_models_pytorch as smp
import torch

criterion = smp.losses.DiceLoss("multiclass")
for network, encoder in ((smp.Unet, "resnet18"), (smp.FPN, "resnet18"), (smp.DeepLabV3Plus, "mobilenet_v2"), (smp.Linknet, "resnet18"),
                         (smp.PSPNet, "efficientnet-b0")):
    torch.manual_seed(0)
    model = network(encoder, encoder_weights=None, in_channels=1, classes=2)
    x, target = torch.randn(2, 1, 64, 64), torch.randint(0, 2, (2, 64, 64))
    loss = criterion(model(x), target)
    loss.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    print(network.__name__, sum(p.numel() for p in model.parameters()), f"{loss.item():.4f} {norm.item():.1f}")
