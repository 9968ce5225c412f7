"""Make tests/reference/generator.json: what PyTorch's CPU generator draws for a few seeds. Run with torch==2.13.0."""

import hashlib
import json
import platform
from pathlib import Path

import torch

SEEDS = (0, 42, -1)
SIZES = (1, 3, 15, 16, 17, 100, 1000)


def digest(x: torch.Tensor) -> str:
    """The bytes of a tensor in 16 characters."""
    parts = torch.view_as_real(x) if x.is_complex() else x
    return hashlib.sha256(parts.contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()[:16]


def draws(seed: int) -> dict[str, object]:
    """Each kind of draw in turn from one generator: floats as hexadecimal, long results as digests."""
    g = torch.Generator().manual_seed(seed)
    result: dict[str, object] = {"initial_seed": g.initial_seed()}
    for n in SIZES:
        result[f"uniform {n}"] = digest(torch.empty(n).uniform_(-0.3, 0.3, generator=g))
        result[f"uniform float64 {n}"] = digest(torch.empty(n, dtype=torch.float64).uniform_(-0.3, 0.3, generator=g))
        result[f"normal {n}"] = digest(torch.empty(n).normal_(0.5, 1.5, generator=g))
        result[f"randn {n}"] = digest(torch.randn(n, generator=g))
        result[f"bernoulli {n}"] = digest(torch.empty(n).bernoulli_(0.3, generator=g))
        result[f"randint {n}"] = digest(torch.randint(-7, 100, (n,), generator=g))
        result[f"randint wide {n}"] = digest(torch.randint(0, 2**40, (n,), generator=g))
        result[f"randperm {n}"] = digest(torch.randperm(n, generator=g))
        result[f"state {n}"] = digest(g.get_state())
    result["first uniform"] = [x.hex() for x in torch.rand(3, generator=g).tolist()]
    result["first normal"] = [x.hex() for x in torch.randn(16, generator=g).tolist()]
    result["normal float64"] = [x.hex() for x in torch.randn(17, dtype=torch.float64, generator=g).tolist()]
    result["exponential"] = [x.hex() for x in torch.empty(5).exponential_(2.0, generator=g).tolist()]
    result["cauchy"] = [x.hex() for x in torch.empty(5).cauchy_(1.0, 2.0, generator=g).tolist()]
    result["log_normal"] = [x.hex() for x in torch.empty(5).log_normal_(0.0, 0.5, generator=g).tolist()]
    result["geometric"] = torch.empty(8).geometric_(0.2, generator=g).tolist()
    result["multinomial"] = torch.multinomial(torch.tensor([0.1, 2.0, 0.5, 1.0]), 3, generator=g).tolist()
    result["multinomial with replacement"] = torch.multinomial(torch.tensor([0.1, 2.0, 0.5, 1.0]), 12, True, generator=g).tolist()
    result["poisson"] = torch.poisson(torch.tensor([0.5, 4.0, 20.0, 300.0]), generator=g).tolist()
    result["binomial"] = torch.binomial(torch.tensor([5.0, 40.0, 200.0]), torch.tensor([0.3, 0.6, 0.2]), generator=g).tolist()
    result["state"] = digest(g.get_state())
    return result


def cpu() -> str:
    """The processor's name; last digits may differ between processors."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line for line in lines if line.startswith("model name")]
    return names[0].split(":")[1].strip() if names else platform.processor()


if __name__ == "__main__":
    torch.set_num_threads(1)
    target = Path(__file__).parents[2] / "tests" / "reference" / "generator.json"
    data = {"torch": torch.__version__, "cpu": cpu(), "draws": {str(seed): draws(seed) for seed in SEEDS}}
    target.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
