"""Layers and losses inside native steps: the numbers of five training steps are eager's, and no step fell back to Python."""

import copy

import pytest

import steepest as torch

nn, F = torch.nn, torch.nn.functional


def images():
    return [(torch.randn(4, 1, 10, 10), torch.randint(0, 3, (4,))) for _ in range(5)]


def rows(labels=False):
    return [(torch.randn(6, 8), torch.randint(0, 3, (6,)) if labels else torch.rand(6, 1)) for _ in range(5)]


def words():
    return [(torch.randint(0, 9, (6, 3)), torch.randint(0, 3, (6,))) for _ in range(5)]


MODELS = {
    "binary_cross_entropy": (lambda: [nn.Linear(8, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid()], rows, nn.BCELoss()),
    "with_logits": (
        lambda: [nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 1)],
        rows,
        nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0])),
    ),
    "cross_entropy": (
        lambda: [nn.Linear(8, 4), nn.GELU(), nn.Linear(4, 3)],
        lambda: rows(True),
        nn.CrossEntropyLoss(label_smoothing=0.1),
    ),
    "batch_norm": (lambda: [nn.Linear(8, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)], rows, nn.MSELoss()),
    "dropout": (lambda: [nn.Linear(8, 4), nn.Dropout(0.3), nn.Linear(4, 1)], rows, nn.HuberLoss()),
    "layer_norm": (lambda: [nn.Linear(8, 4), nn.LayerNorm(4), nn.SiLU(), nn.Linear(4, 1)], rows, nn.SmoothL1Loss()),
    "embedding": (lambda: [nn.Embedding(9, 4), nn.Flatten(), nn.Linear(12, 3)], words, nn.CrossEntropyLoss()),
    "convolution": (
        lambda: [nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 3)],
        images,
        nn.CrossEntropyLoss(),
    ),
    "strides and groups": (
        lambda: [nn.Conv2d(1, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 1, 1, groups=2), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)],
        images,
        nn.CrossEntropyLoss(),
    ),
    "resampling": (
        lambda: [
            nn.Conv2d(1, 4, 3),
            nn.GroupNorm(2, 4),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
            nn.Linear(36, 3),
        ],
        images,
        nn.CrossEntropyLoss(),
    ),
    "transposed": (
        lambda: [
            nn.ReflectionPad2d(1),
            nn.Conv2d(1, 3, 3, 2),
            nn.ConvTranspose2d(3, 2, 3, 2),
            nn.AdaptiveMaxPool2d(2),
            nn.Flatten(),
            nn.Linear(8, 3),
        ],
        images,
        nn.CrossEntropyLoss(),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_native_steps_give_eagers_numbers(name):
    pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    layers, data, criterion = MODELS[name]
    torch.manual_seed(4)
    start, batches = nn.Sequential(*layers()), data()
    losses, ends = [], []
    for native in (False, True):
        model = copy.deepcopy(start)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

        def step(x, y, model=model, optimizer=optimizer):
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        torch.manual_seed(5)
        if native:
            step = torch.compile(step, fullgraph=True)
        losses.append(torch.stack([step(x, y).detach() for x, y in batches]))
        if native:
            assert step._compilation.native_calls >= len(batches) - 3
        ends.append(model.state_dict())
    assert torch.allclose(losses[0].double(), losses[1].double(), atol=1e-5)
    for key, value in ends[0].items():
        assert torch.allclose(value.double(), ends[1][key].double(), atol=2e-5), key
