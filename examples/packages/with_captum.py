"""Sixteen attributions of inputs, layers and neurons (integrated gradients, saliency, DeepLift, Grad-CAM, LRP, Shapley values, occlusion,
Lime ...), their convergence, noise tunnels, metrics.
"""

import warnings

import numpy as np
import torch
from captum.attr import (
    LRP,
    Deconvolution,
    DeepLift,
    DeepLiftShap,
    FeatureAblation,
    FeaturePermutation,
    GradientShap,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    InternalInfluence,
    KernelShap,
    LayerActivation,
    LayerConductance,
    LayerDeepLift,
    LayerFeatureAblation,
    LayerGradCam,
    LayerGradientXActivation,
    LayerIntegratedGradients,
    Lime,
    NeuronConductance,
    NeuronGradient,
    NeuronIntegratedGradients,
    NoiseTunnel,
    Occlusion,
    Saliency,
    ShapleyValues,
    ShapleyValueSampling,
)
from captum.metrics import infidelity, sensitivity_max
from torch import nn

warnings.simplefilter("ignore")
torch.manual_seed(0)
np.random.seed(0)


class Toy(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(3, 8)
        self.relu = nn.ReLU()
        self.lin2 = nn.Linear(8, 2)

    def forward(self, x):
        return self.lin2(self.relu(self.lin1(x)))


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(64, 3)

    def forward(self, x):
        return self.fc(self.pool(self.relu1(self.conv(x))).flatten(1))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.fc = nn.Linear(6, 2)

    def forward(self, tokens):
        return self.fc(torch.tanh(self.embedding(tokens)).mean(1))


def show(name, attribution):
    parts = attribution if isinstance(attribution, tuple) else (attribution,)
    print(name, *[f"{tuple(p.shape)} {p.sum().item():.5f} {p.abs().sum().item():.5f} {p.flatten()[0].item():.5f}" for p in parts])


net = Toy().eval()
x, baseline = torch.rand(2, 3), torch.zeros(2, 3)
attribution, delta = IntegratedGradients(net).attribute(x, baseline, target=0, return_convergence_delta=True)
show("integrated", attribution)
print("delta", delta.abs().max() < 1e-2)
for method in ("gausslegendre", "riemann_trapezoid", "riemann_middle"):
    show(method, IntegratedGradients(net).attribute(x, baseline, target=1, n_steps=20, method=method, internal_batch_size=7))
attribution, delta = DeepLift(net).attribute(x, baseline, target=0, return_convergence_delta=True)
show("deeplift", attribution)
torch.manual_seed(1)
show("deepliftshap", DeepLiftShap(net).attribute(x, torch.rand(5, 3), target=0))
show("gradientshap", GradientShap(net).attribute(x, torch.rand(5, 3), target=0, n_samples=6, stdevs=0.1))
show("saliency", Saliency(net).attribute(x, target=torch.tensor([0, 1])))
show("inputxgradient", InputXGradient(net).attribute(x, target=0))
show("lrp", LRP(net).attribute(x, target=0))
show("ablation", FeatureAblation(net).attribute(x, target=0, feature_mask=torch.tensor([[0, 0, 1]])))
show("shapley", ShapleyValues(net).attribute(x, target=0))
show("sampling", ShapleyValueSampling(net).attribute(x, target=0, n_samples=4))
show("permutation", FeaturePermutation(net).attribute(x, target=0))
show("kernelshap", KernelShap(net).attribute(x[:1], target=0, n_samples=20))
show("noise", NoiseTunnel(IntegratedGradients(net)).attribute(x, nt_type="smoothgrad_sq", nt_samples=4, stdevs=0.05, target=0))
for kind in (LayerConductance, LayerDeepLift, InternalInfluence, LayerActivation, LayerGradientXActivation, LayerFeatureAblation):
    show(kind.__name__, kind(net, net.lin1).attribute(x, **({} if kind is LayerActivation else {"target": 0})))
show("neuron conductance", NeuronConductance(net, net.lin1).attribute(x, neuron_selector=1, target=0))
show("neuron gradient", NeuronGradient(net, net.lin1).attribute(x, neuron_selector=(2,)))
show("neuron integrated", NeuronIntegratedGradients(net, net.relu).attribute(x, neuron_selector=0))

conv = Convolutional().eval()
images = torch.rand(2, 1, 8, 8)
for kind in (GuidedBackprop, Deconvolution, Saliency, DeepLift, LRP):
    show(kind.__name__, kind(conv).attribute(images, target=1))
show("gradcam", LayerGradCam(conv, conv.conv).attribute(images, target=1, relu_attributions=True))
show("upsampled", LayerGradCam.interpolate(LayerGradCam(conv, conv.pool).attribute(images, target=1), (8, 8)))
show("guided gradcam", GuidedGradCam(conv, conv.conv).attribute(images, target=1))
show("occlusion", Occlusion(conv).attribute(images, target=1, sliding_window_shapes=(1, 3, 3), strides=(1, 2, 2), baselines=0))
show("layer conductance", LayerConductance(conv, conv.pool).attribute(images, target=2, n_steps=10))
words = Words().eval()
tokens = torch.randint(20, (2, 5))
show("embedding", LayerIntegratedGradients(words, words.embedding).attribute(tokens, torch.zeros_like(tokens), target=0, n_steps=20))
show("lime", Lime(net).attribute(x[:1], target=0, n_samples=30))
multi = IntegratedGradients(lambda a, b: net(a * b))
show("two inputs", multi.attribute((x, x + 1), target=0, n_steps=10))
print("infidelity", infidelity(net, lambda i: (n := torch.randn_like(i) * 0.1, i - n), x, attribution, target=0, n_perturb_samples=5))
print("sensitivity", sensitivity_max(Saliency(net).attribute, x, target=0, n_perturb_samples=4))
print([len(m._forward_hooks) + len(m._backward_hooks) for m in (*net.modules(), *conv.modules())])
