"""Vision transformers: "An Image is Worth 16x16 Words", Dosovitskiy et al. 2020 (arXiv 2010.11929)."""

import math
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from steepest.core.overriding import _assert as assert_
from steepest.core.tensor import Tensor
from steepest.functional.creating import empty, zeros
from steepest.functional.joining import cat
from steepest.nn import init
from steepest.nn.modules.activation import GELU, Tanh
from steepest.nn.modules.attention import MultiheadAttention
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.normalization import LayerNorm
from steepest.nn.parameter import Parameter
from steepest.vision.models.registry import network
from steepest.vision.ops.misc import MLP

__all__ = ["VisionTransformer", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32"]

Norm = Callable[..., Module]
NORM: Norm = partial(LayerNorm, eps=1e-6)


class MLPBlock(MLP):
    """Two linear layers with GELU between them."""

    def __init__(self, in_dim: int, mlp_dim: int, dropout: float) -> None:
        super().__init__(in_dim, [mlp_dim, in_dim], activation_layer=GELU, dropout=dropout)
        for m in self.modules():
            if isinstance(m, Linear):
                init.xavier_uniform_(m.weight)
                init.normal_(m.bias, std=1e-6)


class EncoderBlock(Module):
    """Attention and two linear layers, each behind a normalisation and beside an identity: `(N, S, hidden_dim)`."""

    def __init__(self, num_heads: int, hidden_dim: int, mlp_dim: int, dropout: float, attention_dropout: float,
                 norm_layer: Norm = NORM) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.ln_1 = norm_layer(hidden_dim)
        self.self_attention = MultiheadAttention(hidden_dim, num_heads, dropout=attention_dropout, batch_first=True)
        self.dropout = Dropout(dropout)
        self.ln_2 = norm_layer(hidden_dim)
        self.mlp = MLPBlock(hidden_dim, mlp_dim, dropout)

    def forward(self, input: Tensor) -> Tensor:
        assert_(input.dim() == 3, f"Expected (batch_size, seq_length, hidden_dim) got {input.shape}")
        x = self.ln_1(input)
        x, _ = self.self_attention(x, x, x, need_weights=False)
        x = self.dropout(x) + input
        return x + self.mlp(self.ln_2(x))


class Encoder(Module):
    """Learnt positions, blocks, a normalisation."""

    def __init__(self, seq_length: int, num_layers: int, num_heads: int, hidden_dim: int, mlp_dim: int, dropout: float,
                 attention_dropout: float, norm_layer: Norm = NORM) -> None:
        super().__init__()
        self.pos_embedding = Parameter(empty(1, seq_length, hidden_dim).normal_(std=0.02))
        self.dropout = Dropout(dropout)
        self.layers = Sequential(OrderedDict([
            (f"encoder_layer_{i}", EncoderBlock(num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer))
            for i in range(num_layers)]))
        self.ln = norm_layer(hidden_dim)

    def forward(self, input: Tensor) -> Tensor:
        assert_(input.dim() == 3, f"Expected (batch_size, seq_length, hidden_dim) got {input.shape}")
        return self.ln(self.layers(self.dropout(input + self.pos_embedding)))


class VisionTransformer(Module):
    """Patches of a picture as a sequence behind a learnt token, from which the classes are told: `(N, 3, S, S)` to `(N, num_classes)`.

    AssertionError for a picture of another size, or a size that is no multiple of the patches'.
    """

    def __init__(self, image_size: int, patch_size: int, num_layers: int, num_heads: int, hidden_dim: int, mlp_dim: int,
                 dropout: float = 0.0, attention_dropout: float = 0.0, num_classes: int = 1000, representation_size: int | None = None,
                 norm_layer: Norm = NORM) -> None:
        super().__init__()
        assert image_size % patch_size == 0, "Input shape indivisible by patch size!"
        self.image_size, self.patch_size, self.hidden_dim, self.mlp_dim = image_size, patch_size, hidden_dim, mlp_dim
        self.attention_dropout, self.dropout, self.num_classes = attention_dropout, dropout, num_classes
        self.representation_size, self.norm_layer = representation_size, norm_layer
        self.conv_proj = Conv2d(3, hidden_dim, kernel_size=patch_size, stride=patch_size)
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.class_token = Parameter(zeros(1, 1, hidden_dim))
        self.encoder = Encoder(self.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer)
        heads: list[tuple[str, Module]] = [("head", Linear(hidden_dim, num_classes))]
        if representation_size is not None:
            heads = [("pre_logits", Linear(hidden_dim, representation_size)), ("act", Tanh()),
                     ("head", Linear(representation_size, num_classes))]
        self.heads = Sequential(OrderedDict(heads))
        init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (3 * patch_size**2)))
        init.zeros_(self.conv_proj.bias)
        if representation_size is not None:
            init.trunc_normal_(self.heads.pre_logits.weight, std=math.sqrt(1 / hidden_dim))
            init.zeros_(self.heads.pre_logits.bias)
        init.zeros_(self.heads.head.weight)
        init.zeros_(self.heads.head.bias)

    def _process_input(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        for name, size in (("height", height), ("width", width)):
            assert_(size == self.image_size, f"Wrong image {name}! Expected {self.image_size} but got {size}!")
        rows, columns = height // self.patch_size, width // self.patch_size
        return self.conv_proj(x).reshape(n, self.hidden_dim, rows * columns).permute(0, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self._process_input(x)
        n = x.shape[0]
        x = self.encoder(cat([self.class_token.expand(n, -1, -1), x], dim=1))
        return self.heads(x[:, 0])


def _vit(sizes: tuple[int, int, int, int, int], options: dict[str, Any]) -> VisionTransformer:
    return VisionTransformer(options.pop("image_size", 224), *sizes, **options)


@network
def vit_b_16(**options: Any) -> VisionTransformer:
    """The base transformer, patches of 16."""
    return _vit((16, 12, 12, 768, 3072), options)


@network
def vit_b_32(**options: Any) -> VisionTransformer:
    """The base transformer, patches of 32."""
    return _vit((32, 12, 12, 768, 3072), options)


@network
def vit_l_16(**options: Any) -> VisionTransformer:
    """The large transformer, patches of 16."""
    return _vit((16, 24, 16, 1024, 4096), options)


@network
def vit_l_32(**options: Any) -> VisionTransformer:
    """The large transformer, patches of 32."""
    return _vit((32, 24, 16, 1024, 4096), options)


@network
def vit_h_14(**options: Any) -> VisionTransformer:
    """The huge transformer, patches of 14."""
    return _vit((14, 32, 16, 1280, 5120), options)
