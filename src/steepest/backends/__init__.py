"""`torch.backends`: switches of other machines' libraries, accepted and without effect here."""

from steepest.backends import cpu, cuda, cudnn, mha, mkl, mkldnn, mps, nnpack, openmp, opt_einsum, quantized
from steepest.errors import outside

__all__ = ["cpu", "cuda", "cudnn", "mha", "mkl", "mkldnn", "mps", "nnpack", "openmp", "opt_einsum", "quantized"]
outside.explain(__name__)
fp32_precision = "none"
