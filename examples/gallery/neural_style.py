"""A picture painted in the style of another: Gram matrices of a fixed convolutional network (Gatys, Ecker and Bethge, 2015)."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(11)
SIZE = 24

rows, columns = torch.meshgrid(torch.linspace(0, 1, SIZE), torch.linspace(0, 1, SIZE), indexing="ij")
content_img = torch.stack([((rows - 0.5) ** 2 + (columns - 0.5) ** 2 < 0.1).float(), rows, columns]).unsqueeze(0)
stripes = torch.sin(20 * (rows + columns)) * 0.5 + 0.5
style_img = torch.stack([stripes, 1 - stripes, stripes**2]).unsqueeze(0)


class ContentLoss(nn.Module):
    def __init__(self, target):
        super().__init__()
        self.target = target.detach()

    def forward(self, input):
        self.loss = F.mse_loss(input, self.target)
        return input


def gram_matrix(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    return torch.mm(features, features.t()).div(a * b * c * d)


class StyleLoss(nn.Module):
    def __init__(self, target_feature):
        super().__init__()
        self.target = gram_matrix(target_feature).detach()

    def forward(self, input):
        self.loss = F.mse_loss(gram_matrix(input), self.target)
        return input


class Normalization(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(-1, 1, 1))

    def forward(self, img):
        return (img - self.mean) / self.std


features = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.AvgPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(inplace=True)
)
features.requires_grad_(False).eval()

model = nn.Sequential(Normalization([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
content_losses, style_losses = [], []
for i, layer in enumerate(features.children()):
    if isinstance(layer, nn.ReLU):
        layer = nn.ReLU(inplace=False)
    model.add_module(f"{type(layer).__name__.lower()}_{i}", layer)
    if isinstance(layer, nn.Conv2d):
        style_losses.append(StyleLoss(model(style_img)))
        model.add_module(f"style_loss_{i}", style_losses[-1])
content_losses.append(ContentLoss(model(content_img)))
model.add_module("content_loss", content_losses[-1])
print([name for name, _ in model.named_children()])

input_img = content_img.clone().requires_grad_(True)
optimizer = optim.LBFGS([input_img], line_search_fn="strong_wolfe", max_iter=10)
run = [0]
while run[0] <= 35:

    def closure():
        with torch.no_grad():
            input_img.clamp_(0, 1)
        optimizer.zero_grad()
        model(input_img)
        style_score = sum(sl.loss for sl in style_losses) * 1e4
        content_score = sum(cl.loss for cl in content_losses)
        loss = style_score + content_score
        loss.backward()
        run[0] += 1
        if run[0] % 10 == 0 or run[0] == 1:
            print(f"run {run[0]:2d}: style {style_score.item():.5f} content {content_score.item():.5f}")
        return loss

    optimizer.step(closure)

with torch.no_grad():
    input_img.clamp_(0, 1)
print(f"mean {input_img.mean().item():.4f}, distance from the content {F.l1_loss(input_img, content_img).item():.4f}")
