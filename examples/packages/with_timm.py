"""Networks made by name (ResNet, a tiny ViT, ConvNeXt, EfficientNet, MobileNetV3, an MLP-Mixer): initial weights, a training step,
features; `create_optimizer_v2`, a cosine schedule with warm-up, label smoothing, an averaged model.
"""

import timm
import torch
from timm.loss import LabelSmoothingCrossEntropy
from timm.optim import create_optimizer_v2
from timm.scheduler import CosineLRScheduler
from timm.utils import ModelEmaV2
from torch.nn.functional import cross_entropy

sized = {"img_size": 64}
for name, options in (("resnet18", {}), ("vit_tiny_patch16_224", sized), ("convnext_atto", {}), ("efficientnet_b0", {}),
                      ("mobilenetv3_small_100", {}), ("mixer_s32_224", sized)):
    torch.manual_seed(0)
    network = timm.create_model(name, pretrained=False, num_classes=10, **options)
    parameters = list(network.parameters())
    print(name, sum(p.numel() for p in parameters), f"{sum(p.double().abs().sum().item() for p in parameters):.3f}")
    x = torch.randn(2, 3, 64, 64)
    optimizer = torch.optim.SGD(parameters, lr=1e-4)
    torch.manual_seed(1)
    loss = cross_entropy(network(x), torch.tensor([1, 2]))
    loss.backward()
    optimizer.step()
    network.eval()
    with torch.no_grad():
        print(f"{loss.item():.4f} {network(x).double().abs().mean().item():.4f}", tuple(network.forward_features(x).shape))
print(len(timm.list_models("resnet*")) > 10)

torch.manual_seed(2)
model = torch.nn.Linear(4, 3)
optimizer = create_optimizer_v2(model, opt="adamw", lr=0.1, weight_decay=0.05)
schedule = CosineLRScheduler(optimizer, t_initial=5, warmup_t=2, warmup_lr_init=0.01)
average = ModelEmaV2(model, decay=0.9)
for epoch in range(5):
    optimizer.zero_grad()
    LabelSmoothingCrossEntropy(0.1)(model(torch.ones(2, 4)), torch.tensor([0, 1])).backward()
    optimizer.step()
    average.update(model)
    schedule.step(epoch + 1)
    print(f"{optimizer.param_groups[0]['lr']:.5f} {average.module.weight.sum().item():.5f}")
