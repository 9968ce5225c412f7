"""The version of this package, in one place."""

__version__ = "0.1.0"
PYTORCH = "2.13.0"      # whose interface this is
cuda = hip = rocm = xpu = git_version = None
debug = False
