"""Vision transformers: ViT, SimpleViT, CaiT, CvT, LeViT, T2T, CrossViT, PiT, MobileViT, MaxViT, NaViT, 1D and 3D; distillation, a trained
classifier.
"""

import torch
from vit_pytorch import SimpleViT, ViT
from vit_pytorch.cait import CaiT
from vit_pytorch.cct import CCT
from vit_pytorch.cross_vit import CrossViT
from vit_pytorch.cvt import CvT
from vit_pytorch.deepvit import DeepViT
from vit_pytorch.distill import DistillableViT, DistillWrapper
from vit_pytorch.extractor import Extractor
from vit_pytorch.levit import LeViT
from vit_pytorch.max_vit import MaxViT
from vit_pytorch.mobile_vit import MobileViT
from vit_pytorch.na_vit import NaViT
from vit_pytorch.pit import PiT
from vit_pytorch.recorder import Recorder
from vit_pytorch.t2t import T2TViT
from vit_pytorch.vit_1d import ViT as ViT1D
from vit_pytorch.vit_3d import ViT as ViT3D

torch.manual_seed(0)
images = torch.randn(2, 3, 32, 32)
COMMON = {"image_size": 32, "patch_size": 8, "num_classes": 5, "dim": 32, "depth": 2, "heads": 4, "mlp_dim": 32}
MODELS = {
    "vit": lambda: ViT(**COMMON, dropout=0.1, emb_dropout=0.1),
    "mean pool": lambda: ViT(**COMMON, pool="mean"),
    "simple": lambda: SimpleViT(**COMMON),
    "deep": lambda: DeepViT(**COMMON),
    "cait": lambda: CaiT(**COMMON, cls_depth=1, layer_dropout=0.05),
    "pit": lambda: PiT(**{**COMMON, "depth": (1, 1)}),
    "t2t": lambda: T2TViT(dim=32, image_size=32, depth=1, heads=4, mlp_dim=32, num_classes=5, t2t_layers=((3, 2), (3, 2))),
    "cct": lambda: CCT(
        img_size=32,
        embedding_dim=32,
        n_conv_layers=1,
        num_layers=1,
        num_heads=4,
        mlp_ratio=1.0,
        num_classes=5,
        positional_embedding="learnable",
    ),
    "cross": lambda: CrossViT(
        image_size=32,
        num_classes=5,
        depth=1,
        sm_dim=16,
        sm_patch_size=8,
        sm_enc_depth=1,
        sm_enc_heads=2,
        sm_enc_mlp_dim=16,
        lg_dim=32,
        lg_patch_size=16,
        lg_enc_depth=1,
        lg_enc_heads=2,
        lg_enc_mlp_dim=16,
        cross_attn_depth=1,
        cross_attn_heads=2,
    ),
    "cvt": lambda: CvT(
        num_classes=5, s1_emb_dim=16, s1_heads=1, s1_depth=1, s2_emb_dim=16, s2_heads=1, s2_depth=1, s3_emb_dim=16, s3_heads=1, s3_depth=1
    ),
    "levit": lambda: LeViT(image_size=32, num_classes=5, stages=2, dim=(16, 32), depth=1, heads=(2, 2), mlp_mult=2, dropout=0.0),
    "mobile": lambda: MobileViT(
        image_size=(32, 32),
        dims=[16, 24, 32],
        channels=[8, 8, 16, 16, 24, 24, 32, 32, 32, 32, 48],
        num_classes=5,
        depths=(1, 1, 1),
        patch_size=(1, 1),
    ),
    "max": lambda: MaxViT(num_classes=5, dim_conv_stem=16, dim=16, dim_head=8, depth=(1,), window_size=4),
}
for name, make in MODELS.items():
    torch.manual_seed(1)
    model = make().train(name != "mobile")
    out = model(images)
    out.square().sum().backward()
    print(
        name,
        out[0].detach(),
        f"{sum(p.grad.abs().sum().item() for p in model.parameters() if p.grad is not None):.3f}",
        sum(p.numel() for p in model.parameters()),
    )
torch.manual_seed(2)
print("1d", ViT1D(seq_len=32, patch_size=8, num_classes=4, dim=16, depth=1, heads=2, mlp_dim=16)(torch.randn(2, 3, 32)).detach())
print(
    "3d",
    ViT3D(image_size=16, frames=4, image_patch_size=8, frame_patch_size=2, num_classes=4, dim=16, depth=1, heads=2, mlp_dim=16)(
        torch.randn(1, 3, 4, 16, 16)
    ).detach(),
)
navit = NaViT(image_size=32, patch_size=8, num_classes=4, dim=16, depth=1, heads=2, mlp_dim=16, token_dropout_prob=0.1)
print("navit", navit([[torch.randn(3, 32, 16), torch.randn(3, 16, 16)], [torch.randn(3, 32, 32)]]).shape)
vit = ViT(**COMMON)
print("attention", Recorder(vit)(images)[1].sum(-1).mean(), Extractor(ViT(**COMMON))(images)[1].shape)
student = DistillableViT(**COMMON)
distiller = DistillWrapper(student=student, teacher=ViT(**COMMON), temperature=3, alpha=0.5, hard=False)
labels = torch.tensor([1, 4])
for name, compute in [("distil", lambda: distiller(images, labels))]:
    loss = compute()
    loss.backward()
    print(name, f"{loss.item():.5f}")
optimizer = torch.optim.AdamW(vit.parameters(), 1e-3)
for step in range(6):
    loss = torch.nn.functional.cross_entropy(vit(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
