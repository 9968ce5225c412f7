"""Filters, geometry, colours, augmentations with their draws, losses, homographies and rotations, corners, morphology, a gradient."""

import kornia
import kornia.augmentation as K
import torch
from kornia import color, filters
from kornia.geometry import conversions, homography, transform

torch.manual_seed(0)
x = torch.rand(2, 3, 32, 32)


def show(name, y):
    print(name, tuple(y.shape), f"{y.double().mean().item():.5f} {y.double().abs().max().item():.5f}")


show("gaussian_blur2d", filters.gaussian_blur2d(x, (5, 5), (1.5, 1.5)))
show("sobel", filters.sobel(x))
show("laplacian", filters.laplacian(x, 3))
show("median_blur", filters.median_blur(x, (3, 3)))
show("canny", filters.canny(x)[0])
show("unsharp_mask", filters.unsharp_mask(x, (3, 3), (1.0, 1.0)))
show("spatial_gradient", filters.spatial_gradient(x))

show("rotate", transform.rotate(x, torch.tensor([30.0, 45.0])))
show("resize", transform.resize(x, (16, 24)))
moved = torch.eye(3) + torch.tensor([[0.0, 0, 2], [0, 0, 1], [0, 0, 0]])
show("warp_perspective", transform.warp_perspective(x, moved.repeat(2, 1, 1), (32, 32)))
show("warp_affine", transform.warp_affine(x, torch.tensor([[[1.0, 0.1, 0], [0, 1, 3]]] * 2), (32, 32)))

for name in ("rgb_to_grayscale", "rgb_to_hsv", "rgb_to_lab", "rgb_to_ycbcr"):
    show(name, getattr(color, name)(x))
show("hsv_to_rgb", color.hsv_to_rgb(color.rgb_to_hsv(x)))

torch.manual_seed(1)
augmented = K.AugmentationSequential(
    K.RandomHorizontalFlip(p=0.5), K.ColorJitter(0.1, 0.1, 0.1, 0.1, p=1.0), K.RandomAffine(15.0, p=1.0), K.RandomErasing(p=0.5),
    K.Normalize(torch.tensor([0.5] * 3), torch.tensor([0.2] * 3)), data_keys=["input"])
show("AugmentationSequential", augmented(x))
for one in (K.RandomCrop((16, 16)), K.RandomResizedCrop((20, 20)), K.RandomRotation(20.0, p=1.0), K.RandomMotionBlur(3, 35.0, 0.5, p=1.0),
            K.RandomMixUpV2(p=1.0)):
    show(type(one).__name__, one(x))

print(f"{kornia.losses.ssim_loss(x, x.flip(0), 5).item():.5f} {kornia.losses.psnr_loss(x, x.flip(0), 1.0).item():.5f} "
      f"{kornia.losses.total_variation(x).sum().item():.3f}")
show("find_homography_dlt", homography.find_homography_dlt(torch.rand(1, 6, 2), torch.rand(1, 6, 2)))
quaternion = conversions.axis_angle_to_quaternion(torch.tensor([[0.1, 0.2, 0.3]]))
show("axis_angle_to_quaternion", quaternion)
show("quaternion_to_rotation_matrix", conversions.quaternion_to_rotation_matrix(quaternion))
show("harris_response", kornia.feature.harris_response(x[:, :1]))
show("dilation", kornia.morphology.dilation(x, torch.ones(3, 3)))
grey = x[:, :1].clone().requires_grad_()
filters.gaussian_blur2d(grey, (3, 3), (1.0, 1.0)).pow(2).sum().backward()
show("gradient", grey.grad)
