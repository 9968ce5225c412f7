"""Modules to compare with PyTorch: how each is made, and the shapes of the inputs that it is given.

Expressions are evaluated with the names of `torch.nn`; an input is a shape of normal draws, or `("int", n, shape)` for
whole numbers below n, or `("prob", shape)` for numbers between 0 and 1.
"""

from typing import Any

import numpy as np


def draws(shapes: list[Any]) -> list[np.ndarray]:
    """The inputs of a case, always the same."""
    rng = np.random.default_rng(3)
    drawn: list[np.ndarray] = []
    for shape in shapes:
        if shape[0] == "int":
            drawn.append(rng.integers(0, shape[1], shape[2]))
        elif shape[0] == "prob":
            drawn.append(rng.random(shape[1]).astype("float32") * np.float32(0.98) + np.float32(0.01))
        elif shape[0] == "sign":
            drawn.append(np.sign(rng.standard_normal(shape[1])).astype("float32"))
        else:
            drawn.append(rng.standard_normal(shape).astype("float32"))
    return drawn


LAYERS: list[tuple[str, list[Any]]] = [
    ("Identity()", [(2, 3)]),
    ("Linear(3, 4)", [(5, 3)]),
    ("Linear(3, 4, bias=False)", [(2, 5, 3)]),
    ("Bilinear(2, 3, 4)", [(5, 2), (5, 3)]),
    ("Flatten()", [(2, 3, 4)]),
    ("Unflatten(1, (2, 3))", [(2, 6)]),
    ("Conv1d(2, 3, 3)", [(2, 2, 8)]),
    ("Conv1d(2, 4, 3, padding='same', groups=2)", [(2, 2, 8)]),
    ("Conv2d(1, 2, 3)", [(2, 1, 6, 6)]),
    ("Conv2d(2, 4, (3, 2), stride=2, padding=(1, 0), dilation=2, bias=False)", [(2, 2, 9, 8)]),
    ("Conv2d(2, 2, 3, padding=1, padding_mode='reflect')", [(1, 2, 5, 5)]),
    ("Conv3d(1, 2, 2)", [(1, 1, 4, 4, 4)]),
    ("ConvTranspose1d(2, 3, 3, stride=2, output_padding=1)", [(2, 2, 5)]),
    ("ConvTranspose2d(2, 3, 3, stride=2, padding=1)", [(2, 2, 4, 4)]),
    ("MaxPool1d(2)", [(2, 3, 8)]),
    ("MaxPool2d(2)", [(2, 3, 8, 8)]),
    ("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", [(2, 3, 7, 7)]),
    ("AvgPool1d(2)", [(2, 3, 8)]),
    ("AvgPool2d(3, stride=1, padding=1, count_include_pad=False)", [(2, 3, 7, 7)]),
    ("AdaptiveAvgPool2d((2, 3))", [(2, 3, 7, 7)]),
    ("AdaptiveAvgPool1d(1)", [(2, 3, 7)]),
    ("AdaptiveMaxPool2d(2)", [(2, 3, 6, 6)]),
    ("LPPool2d(2, 2)", [(1, 2, 4, 4)]),
    ("BatchNorm1d(3)", [(5, 3)]),
    ("BatchNorm2d(3, momentum=None)", [(5, 3, 2, 2)]),
    ("BatchNorm1d(3, affine=False, track_running_stats=False)", [(5, 3)]),
    ("LayerNorm(4)", [(2, 3, 4)]),
    ("LayerNorm((3, 4), elementwise_affine=False)", [(2, 3, 4)]),
    ("GroupNorm(2, 4)", [(2, 4, 3)]),
    ("InstanceNorm1d(3)", [(2, 3, 5)]),
    ("InstanceNorm2d(3, affine=True, track_running_stats=True)", [(2, 3, 4, 4)]),
    ("RMSNorm(4)", [(2, 4)]),
    ("LocalResponseNorm(3)", [(2, 5, 3, 3)]),
    ("Embedding(5, 3)", [("int", 5, (2, 4))]),
    ("Embedding(5, 3, padding_idx=-1)", [("int", 5, (4,))]),
    ("EmbeddingBag(5, 3, mode='sum')", [("int", 5, (2, 4))]),
    ("Dropout(0.3)", [(4, 5)]),
    ("Dropout2d(0.5, inplace=True)", [(2, 3, 4, 4)]),
    ("ConstantPad1d(2, 3.5)", [(2, 3, 4)]),
    ("ZeroPad2d((1, 2, 0, 1))", [(1, 2, 3, 3)]),
    ("ReflectionPad2d(1)", [(1, 2, 3, 3)]),
    ("ReplicationPad1d((2, 1))", [(1, 2, 3)]),
    ("CircularPad1d(1)", [(1, 2, 3)]),
    ("Upsample(scale_factor=2)", [(1, 2, 3, 3)]),
    ("UpsamplingBilinear2d(size=(4, 5))", [(1, 2, 3, 3)]),
    ("PixelShuffle(2)", [(1, 4, 3, 3)]),
    ("PixelUnshuffle(2)", [(1, 1, 4, 4)]),
    ("ChannelShuffle(2)", [(1, 4, 2, 2)]),
    ("Unfold(2, stride=2)", [(1, 2, 4, 4)]),
    ("Fold((4, 4), 2, stride=2)", [(1, 8, 4)]),
    ("CosineSimilarity(dim=1)", [(3, 4), (3, 4)]),
    ("PairwiseDistance(p=1)", [(3, 4), (3, 4)]),
    ("RNN(3, 4, nonlinearity='relu')", [(5, 2, 3)]),
    ("RNN(3, 4, 2, bidirectional=True, batch_first=True)", [(2, 5, 3)]),
    ("LSTM(3, 4)", [(5, 2, 3)]),
    ("LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)", [(5, 2, 3)]),
    ("GRU(3, 4, 2, bias=False)", [(5, 2, 3)]),
    ("RNNCell(3, 4)", [(2, 3)]),
    ("LSTMCell(3, 4)", [(2, 3)]),
    ("GRUCell(3, 4)", [(3,)]),
    ("MultiheadAttention(4, 2)", [(3, 2, 4), (5, 2, 4), (5, 2, 4)]),
    ("MultiheadAttention(4, 2, kdim=3, vdim=5, batch_first=True, add_bias_kv=True)", [(2, 3, 4), (2, 5, 3), (2, 5, 5)]),
    ("TransformerEncoderLayer(4, 2, 8, dropout=0.0, norm_first=True)", [(3, 2, 4)]),
    ("TransformerDecoderLayer(4, 2, 8, dropout=0.0, batch_first=True)", [(2, 3, 4), (2, 5, 4)]),
    ("AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2.0, head_bias=True)", [(6, 8), ("int", 10, (6,))]),
    ("Sequential(Linear(3, 4), ReLU(), Sequential(Linear(4, 2), Sigmoid()))", [(5, 3)]),
    ("ModuleList([Linear(2, 2), Linear(2, 2), ReLU()])", []),
    ("ModuleDict({'a': Linear(2, 3), 'b': Tanh()})", []),
]

ACTIVATIONS: list[tuple[str, list[Any]]] = [
    (expression, [(3, 4)])
    for expression in (
        "ReLU()", "ReLU(inplace=True)", "ReLU6()", "LeakyReLU(0.2)", "PReLU()", "RReLU()", "ELU(alpha=0.5)", "CELU(0.5)",
        "SELU()", "GELU()", "GELU(approximate='tanh')", "SiLU()", "Mish()", "Sigmoid()", "LogSigmoid()", "Tanh()",
        "Hardtanh(-2, 2)", "Hardsigmoid()", "Hardswish()", "Hardshrink()", "Softshrink(0.3)", "Softplus(beta=2)",
        "Softsign()", "Tanhshrink()", "Threshold(0.1, 20)", "Softmax(dim=1)", "LogSoftmax(dim=0)", "Softmin(dim=-1)",
        "GLU()",
    )
]  # fmt: skip

SIGNS = ("sign", (5,))
LOSSES: list[tuple[str, list[Any]]] = [
    ("L1Loss()", [(4, 3), (4, 3)]),
    ("MSELoss(reduction='sum')", [(4, 3), (4, 3)]),
    ("SmoothL1Loss(beta=0.5)", [(4, 3), (4, 3)]),
    ("HuberLoss(delta=0.7)", [(4, 3), (4, 3)]),
    ("NLLLoss(ignore_index=1)", [(4, 3), ("int", 3, (4,))]),
    ("CrossEntropyLoss(label_smoothing=0.1)", [(4, 3), ("int", 3, (4,))]),
    ("CrossEntropyLoss(reduction='none')", [(2, 3, 4), ("int", 3, (2, 4))]),
    ("BCELoss()", [("prob", (4, 3)), ("prob", (4, 3))]),
    ("BCEWithLogitsLoss(reduction='none')", [(4, 3), ("prob", (4, 3))]),
    ("KLDivLoss(reduction='batchmean')", [(4, 3), ("prob", (4, 3))]),
    ("PoissonNLLLoss(full=True)", [(4, 3), ("prob", (4, 3))]),
    ("GaussianNLLLoss()", [(4, 3), (4, 3), ("prob", (4, 3))]),
    ("HingeEmbeddingLoss()", [(5,), SIGNS]),
    ("SoftMarginLoss()", [(5,), SIGNS]),
    ("MultiMarginLoss(p=2)", [(4, 3), ("int", 3, (4,))]),
    ("MultiLabelMarginLoss()", [(4, 3), ("int", 3, (4, 3))]),
    ("MultiLabelSoftMarginLoss()", [(4, 3), ("int", 2, (4, 3))]),
    ("CosineEmbeddingLoss(margin=0.2)", [(5, 3), (5, 3), SIGNS]),
    ("MarginRankingLoss(margin=0.2)", [(5,), (5,), SIGNS]),
    ("TripletMarginLoss(swap=True)", [(5, 3), (5, 3), (5, 3)]),
    ("TripletMarginWithDistanceLoss()", [(5, 3), (5, 3), (5, 3)]),
]
