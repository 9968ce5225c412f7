"""`torchvision.models.feature_extraction`: names are torchvision's, features are those on the way."""

import copy
import hashlib

import pytest

import steepest as torch
from steepest import fx, nn
from steepest.vision import models
from steepest.vision.models.feature_extraction import create_feature_extractor, get_graph_node_names

BLOCK = ["conv1", "bn1", "relu", "conv2", "bn2", "add", "relu_1"]


def test_names_are_torchvisions():
    names, same = get_graph_node_names(models.resnet18())
    assert names == same and len(names) == 70
    assert names[:12] == ["x", "conv1", "bn1", "relu", "maxpool", *(f"layer1.0.{name}" for name in BLOCK)]
    assert names[19:28] == [*(f"layer2.0.{name}" for name in BLOCK[:5]), "layer2.0.downsample.0", "layer2.0.downsample.1", "layer2.0.add",
                            "layer2.0.relu_1"]


@pytest.mark.parametrize(("name", "count", "some"), [
    ("efficientnet_b0", 88, "features.1.0.block.0"), ("mobilenet_v2", 84, "adaptive_avg_pool2d"), ("squeezenet1_0", 67, "features.12.cat"),
    ("vit_b_16", 187, "encoder.layers.encoder_layer_11.add_1")])
def test_other_networks_have_torchvisions_names(name, count, some):
    names, _ = get_graph_node_names(getattr(models, name)())
    assert len(names) == count and some in names


def test_features_are_what_the_network_computes_and_the_rest_is_gone():
    net, x = models.resnet18().eval(), torch.randn(1, 3, 32, 32)
    seen = {}
    net.layer1.register_forward_hook(lambda module, args, result: seen.update(early=result))
    net.avgpool.register_forward_hook(lambda module, args, result: seen.update(late=result.flatten(1)))
    net(x)
    wanted = dict(seen)                 # hooks run while a network is traced, too
    extractor = create_feature_extractor(net, {"layer1": "early", "flatten": "late"})
    found = extractor(x)
    assert list(found) == ["early", "late"] and all(torch.equal(found[k], wanted[k]) for k in found)
    assert not extractor.training and not hasattr(extractor, "fc") and list(extractor(x)) == list(copy.deepcopy(extractor)(x))


class Dropped(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop, self.layer = nn.Dropout(0.5), nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(self.drop(x) if self.training else x) * 2


def test_both_modes_have_their_graph():
    with pytest.warns(UserWarning, match="eval mode are a subsequence of those obtained in train mode"):
        assert get_graph_node_names(Dropped()) == (["x", "drop", "layer", "mul"], ["x", "layer", "mul"])
    extractor = create_feature_extractor(Dropped(), train_return_nodes=["drop", "layer"], eval_return_nodes=["layer"],
                                         suppress_diff_warning=True)
    assert list(extractor(torch.ones(1, 2))) == ["drop", "layer"] and list(extractor.eval()(torch.ones(1, 2))) == ["layer"]
    assert list(extractor.train()(torch.ones(1, 2))) == ["drop", "layer"]


@pytest.mark.parametrize(("options", "said"), [({"return_nodes": ["nothing"]}, "'nothing' is not present"), ({}, "should be specified"),
                                               ({"train_return_nodes": ["layer"]}, "both should be specified")])
def test_what_cannot_be_extracted_says_why(options, said):
    with pytest.raises(ValueError, match=said):
        create_feature_extractor(Dropped(), suppress_diff_warning=True, **options)


@pytest.mark.parametrize(("name", "digest"), [      # of the code that torchvision 0.28 and PyTorch 2.13 write
    ("resnet18", "c9f90110b6e5cb3933fce2595450d47f"), ("mobilenet_v2", "c928ccc8eff3930948ae32dceffaf1f4"),
    ("convnext_tiny", "3bd42014621969034413fb6542b46d9d"), ("squeezenet1_0", "074282b5f9a14cb5deb8122e4e1eeefe")])
def test_traced_networks_have_the_code_of_torchvisions(name, digest):
    code = fx.symbolic_trace(getattr(models, name)()).code.replace("steepest.", "torch.")
    assert hashlib.md5(code.encode(), usedforsecurity=False).hexdigest() == digest
