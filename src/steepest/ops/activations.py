"""Elementwise rows: activation functions and the terms of losses."""

import math
from functools import partial

from steepest.ops.arithmetic import conjugate, no_gradient, where
from steepest.ops.functions import exp, log, tanh
from steepest.ops.maps import Elementwise, elementwise

F = "float"
SIXTH = 0.16666667163372040
"""PyTorch writes 1.0f / 6.0f, for every dtype."""
activation = partial(elementwise, rounds_once=True)
ROOT_HALF, ROOT_2_OVER_PI = math.sqrt(0.5), math.sqrt(2 / math.pi)

sigmoid = activation("sigmoid", lambda m, x: 1 / (1 + m.exp(-x)), promote=F, x=lambda g, result: (
    g * conjugate((1 - result) * result) if result.dtype.is_complex else sigmoid_slope(g, result)))
sigmoid_slope: Elementwise = activation(
    "sigmoid_backward", lambda m, g, y: g * ((1 - y) * y), node="SigmoidBackwardBackward0",
    g=lambda gg, y: sigmoid_slope(gg, y), y=lambda gg, g, y: gg * g * (1 - 2 * y))
relu = activation("relu", lambda m, x: m.maximum(x, 0), x=lambda g, result: threshold_backward(g, result, 0), refuses="bool complex")
threshold = activation("threshold", lambda m, x, at, value: m.where(x <= at, value, x),
                        x=lambda g, x, at: threshold_backward(g, x, at), refuses="bool complex")
leaky_relu = activation("leaky_relu", lambda m, x, negative_slope: m.where(x > 0, x, x * negative_slope),
                         x=lambda g, x, negative_slope: leaky_relu_backward(g, x, negative_slope), refuses="bool integers complex")
# Slopes of piecewise linear functions: their own derivative by the point is zero, and known to be.
threshold_backward: Elementwise = activation("threshold_backward", lambda m, g, x, at: m.where(x <= at, 0, g),
                                 g=lambda gg, x, at: threshold_backward(gg, x, at), x=lambda gg, like: no_gradient(gg, like))
leaky_relu_backward: Elementwise = activation("leaky_relu_backward", lambda m, g, x, negative_slope: m.where(x > 0, g, g * negative_slope),
                                  g=lambda gg, x, negative_slope: leaky_relu_backward(gg, x, negative_slope),
                                  x=lambda gg, like: no_gradient(gg, like))
hardtanh_backward: Elementwise = activation(
    "hardtanh_backward", lambda m, g, x, low, high: m.where(m.logical_or(x <= low, x >= high), 0, g),
    g=lambda gg, x, low, high: hardtanh_backward(gg, x, low, high), x=lambda gg, like: no_gradient(gg, like))
prelu = activation("prelu", lambda m, x, weight: m.where(x > 0, x, weight * x), node="PreluKernelBackward0",
                    x=lambda g, x, weight: where(x > 0, g, g * weight), weight=lambda g, x: where(x > 0, 0, g * x), refuses="complex")
elu = activation("elu", lambda m, x, alpha, scale, input_scale: m.where(x <= 0, m.expm1(x * input_scale) * (alpha * scale), x * scale),
                  promote=F, x=lambda g, x, alpha, scale, input_scale: elu_backward(g, x, alpha, scale, input_scale),
                 refuses="bool integers complex")
elu_backward: Elementwise = activation(
    "elu_backward", lambda m, g, x, alpha, scale, input_scale: m.where(
        x <= 0, g * (input_scale * alpha * scale) * m.exp(x * input_scale), g * scale),
    g=lambda gg, x, alpha, scale, input_scale: elu_backward(gg, x, alpha, scale, input_scale),
    x=lambda gg, g, x, alpha, scale, input_scale: where(
        x <= 0, gg * g * (input_scale * input_scale * alpha * scale) * exp(x * input_scale), 0))
gelu = activation("gelu", lambda m, x: x * 0.5 * (1 + m.erf(x * ROOT_HALF)), promote=F,
                   x=lambda g, x: gelu_slope(g, x), refuses="bool integers complex")
gelu_slope: Elementwise = activation(
    "gelu_backward", lambda m, g, x: g * (0.5 * (1 + m.erf(x * ROOT_HALF)) + x * (m.exp(x * x * -0.5) * (0.5 * ROOT_2_OVER_PI))),
    g=lambda gg, x: gelu_slope(gg, x), x=lambda gg, g, x: gg * g * (exp(x * x * -0.5) * (0.5 * ROOT_2_OVER_PI)) * (2 - x * x))
gelu_tanh = activation("gelu_tanh", lambda m, x: 0.5 * x * (1 + m.tanh(ROOT_2_OVER_PI * (x + 0.044715 * x * x * x))), promote=F,
                        node="GeluBackward0", x=lambda g, x: g * gelu_tanh_slope(x, tanh(ROOT_2_OVER_PI * (x + 0.044715 * x * x * x))),
                       refuses="bool integers complex")
silu = activation("silu", lambda m, x: x / (1 + m.exp(-x)), promote=F,
                   x=lambda g, x: g * (sigmoid(x) * (1 + x * (1 - sigmoid(x)))), refuses="bool integers")
mish = activation("mish", lambda m, x: x * m.tanh(m.log1p(m.exp(x))), promote=F,
                   x=lambda g, x: g * mish_slope(x, tanh(softplus(x, 1, 20))), refuses="bool integers complex")
softplus: Elementwise = activation(
    "softplus", lambda m, x, beta, threshold: m.where(x * beta > threshold, x, m.log1p(m.exp(x * beta)) / beta), promote=F,
    x=lambda g, x, beta, threshold: where(x * beta > threshold, g, g * sigmoid(x * beta)), refuses="bool integers complex")
logsigmoid = activation("log_sigmoid", lambda m, x: m.minimum(x, 0) - m.log1p(m.exp(-m.abs(x))), promote=F,
                         node="LogSigmoidBackward0", x=lambda g, x: g * sigmoid(-x), refuses="bool integers complex")
hardtanh = activation("hardtanh", lambda m, x, low, high: m.minimum(high, m.maximum(low, x)),
                       x=lambda g, x, low, high: hardtanh_backward(g, x, low, high), refuses="complex")
hardsigmoid = activation("hardsigmoid", lambda m, x: m.minimum(m.maximum(x + 3, 0), 6) / 6, promote=F,
                          x=lambda g, x: hardsigmoid_backward(g, x), refuses="bool integers complex")
hardsigmoid_backward: Elementwise = activation(
    "hardsigmoid_backward", lambda m, g, x: m.where(m.logical_and(x > -3, x < 3), g * SIXTH, 0),
    g=lambda gg, x: hardsigmoid_backward(gg, x), x=lambda gg, like: no_gradient(gg, like))
hardswish = activation("hardswish", lambda m, x: x * m.minimum(m.maximum(x + 3, 0), 6) / 6, promote=F,
                        x=lambda g, x: hardswish_backward(g, x), refuses="bool integers complex")
hardswish_backward: Elementwise = activation(
    "hardswish_backward", lambda m, g, x: m.where(x <= -3, 0, m.where(x < 3, g * (x / 3 + 0.5), g)),
    g=lambda gg, x: hardswish_backward(gg, x), x=lambda gg, g, x: where((x > -3) & (x < 3), gg * g / 3, 0))
shrink_backward: Elementwise = activation(
    "shrink_backward", lambda m, g, x, bound: m.where(m.logical_and(x >= -bound, x <= bound), 0, g),
    g=lambda gg, x, bound: shrink_backward(gg, x, bound), x=lambda gg, like: no_gradient(gg, like))
hardshrink = activation("hardshrink", lambda m, x, bound: m.where(m.logical_and(x >= -bound, x <= bound), 0.0, x),
                         x=lambda g, x, bound: shrink_backward(g, x, bound), refuses="bool integers complex")
softshrink = activation("softshrink", lambda m, x, bound: m.where(x > bound, x - bound, m.where(x < -bound, x + bound, x * 0)),
                         x=lambda g, x, bound: shrink_backward(g, x, bound), refuses="bool integers complex")


def gelu_tanh_slope(x, t):  # type: ignore[no-untyped-def]
    """The derivative of the tanh form of GELU, t being its tanh."""
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (ROOT_2_OVER_PI * (1 + 3 * 0.044715 * x * x))


def mish_slope(x, t):  # type: ignore[no-untyped-def]
    """The derivative of mish, t being tanh(softplus(x))."""
    return t + x * sigmoid(x) * (1 - t * t)


# terms of losses, one value a prediction ------------------------------------------------------------------------------------------
squared_error = activation("squared_error", lambda m, x, target: (x - target) * (x - target), node="MseLossBackward0",
                            x=lambda g, x, target: g * (2 * (x - target)), target=lambda g, x, target: g * (2 * (target - x)),
                           refuses="complex")
binary_cross_entropy = activation(
    "binary_cross_entropy",
    lambda m, x, target: (target - 1) * m.maximum(m.log1p(-x), -100) - target * m.maximum(m.log(x), -100),
    x=lambda g, x, target: binary_cross_entropy_slope(g, x, target), target=lambda g, x: g * (log(1 - x) - log(x)), refuses="complex")
binary_cross_entropy_slope: Elementwise = activation(
    "binary_cross_entropy_slope", lambda m, g, x, target: g * (x - target) / m.maximum((1 - x) * x, 1e-12),
    g=lambda gg, x, target: binary_cross_entropy_slope(gg, x, target),
    x=lambda gg, g, x, target: gg * g * ((x * x - 2 * x * target + target) / (x * (1 - x) * (x * (1 - x)))),
    target=lambda gg, g, x: -gg * g / (x * (1 - x)))
smooth_l1 = activation("smooth_l1", lambda m, x, target, beta: m.where(
    m.abs(x - target) < beta, 0.5 * (x - target) * (x - target) / beta, m.abs(x - target) - 0.5 * beta), node="SmoothL1LossBackward0",
    x=lambda g, x, target, beta: g * smooth_l1_slope(x, target, beta),
    target=lambda g, x, target, beta: -g * smooth_l1_slope(x, target, beta), refuses="complex")
smooth_l1_slope: Elementwise = activation("smooth_l1_slope", lambda m, x, target, beta: m.where(
    x - target <= -beta, -1, m.where(x - target >= beta, 1, (x - target) / beta)),
    x=lambda g, x, target, beta: where((x - target).abs() < beta, g / beta, 0))
huber = activation("huber", lambda m, x, target, delta: m.where(
    m.abs(x - target) <= delta, 0.5 * (x - target) * (x - target), delta * (m.abs(x - target) - 0.5 * delta)), node="HuberLossBackward0",
    x=lambda g, x, target, delta: g * (x - target).clamp(-delta, delta),
    target=lambda g, x, target, delta: g * (target - x).clamp(-delta, delta), refuses="complex")
