"""The networks of torchvision.models: its names and shapes, and its numbers for a seed."""

import pytest

import steepest as torch
from steepest.vision import models

# From torchvision 0.28: numbers of parameters, and the sum of what they hold, taken absolutely, for 10 classes and seed 0.
KNOWN = {"resnet18": (62, 11181642, 224726.5259), "mobilenet_v2": (158, 2236682, 152747.5327), "squeezenet1_1": (52, 727626, 49967.5015),
         "mobilenet_v3_small": (142, 1528106, 84426.4497),
         "efficientnet_b0": (213, 4020358, 281121.4848)}


@pytest.mark.parametrize("name", KNOWN)
def test_a_seed_gives_torchvisions_parameters(name):
    torch.manual_seed(0)
    network = models.get_model(name, num_classes=10).eval()
    parameters = list(network.parameters())
    tensors, count, total = KNOWN[name]
    assert (len(parameters), sum(p.numel() for p in parameters)) == (tensors, count)
    assert sum(p.detach().double().abs().sum().item() for p in parameters) == pytest.approx(total, rel=1e-6)
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 64)).shape == (1, 10)


def test_the_names_of_a_residual_block():
    block = models.resnet.Bottleneck(64, 16, downsample=None)
    assert [name for name, _ in block.named_parameters()] == [
        f"{layer}.{kind}" for i in (1, 2, 3) for layer, kind in ((f"conv{i}", "weight"), (f"bn{i}", "weight"), (f"bn{i}", "bias"))]
    assert block(torch.ones(2, 64, 4, 4)).shape == (2, 64, 4, 4)


def test_dense_layers_with_less_memory_have_the_same_gradients():
    gradients = []
    for saving in (False, True):
        torch.manual_seed(0)
        network = models.DenseNet(4, (2, 2), 8, num_classes=3, memory_efficient=saving)
        network(torch.randn(2, 3, 32, 32)).sum().backward()
        gradients.append([p.grad for p in network.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_weights_trained_elsewhere_are_a_name_and_an_error():
    from steepest.vision.models import ResNet18_Weights

    for given in ({"weights": ResNet18_Weights.DEFAULT}, {"weights": "DEFAULT"}, {"pretrained": True}):
        with pytest.raises(RuntimeError, match="weights trained elsewhere are not fetched here"):
            models.resnet18(**given)
    with pytest.raises(ValueError, match="Unknown model resnet19"):
        models.get_model("resnet19")


def test_a_vision_transformer_tells_nothing_before_it_has_learnt():
    torch.manual_seed(0)
    network = models.VisionTransformer(image_size=16, patch_size=8, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16, num_classes=3)
    x = torch.randn(2, 3, 16, 16)
    assert network(x).tolist() == [[0, 0, 0], [0, 0, 0]] and network.encoder.pos_embedding.shape == (1, 5, 8)
    assert [name for name, _ in network.named_parameters()][:4] == ["class_token", "conv_proj.weight", "conv_proj.bias",
                                                                     "encoder.pos_embedding"]
    with pytest.raises(AssertionError, match="Wrong image height! Expected 16 but got 24!"):
        network(torch.randn(2, 3, 24, 16))


def test_the_blocks_of_convnext_begin_as_the_identity():
    block = models.convnext.CNBlock(4, 0.0, 0.0)
    x = torch.randn(2, 4, 8, 8)
    assert torch.equal(block(x), x)
    small = models.ConvNeXt((4, 8), (1, 2), num_classes=3)
    assert small(torch.randn(2, 3, 32, 32)).shape == (2, 3)
