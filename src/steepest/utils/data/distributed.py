"""Names of torch.utils.data.distributed."""

from steepest.data.dataset import Dataset
from steepest.data.distributed import DistributedSampler
from steepest.data.sampler import Sampler
from steepest.errors import outside

__all__ = ["Dataset", "Sampler", "DistributedSampler"]
outside.explain(__name__)
