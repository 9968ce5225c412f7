"""Learning-rate schedulers: `scheduler.step()` after `optimizer.step()` sets the rate of every parameter group."""

from steepest.errors import outside
from steepest.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from steepest.optim.lr_scheduler.cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from steepest.optim.lr_scheduler.given import LambdaLR, MultiplicativeLR
from steepest.optim.lr_scheduler.plateau import ReduceLROnPlateau
from steepest.optim.lr_scheduler.scheduler import LRScheduler
from steepest.optim.lr_scheduler.steady import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)

_LRScheduler = LRScheduler      # PyTorch's name of it before 2.0

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
outside.explain(__name__)
