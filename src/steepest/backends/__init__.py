"""`torch.backends`: switches of other machines' libraries, accepted and without effect here."""

from steepest.backends import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
