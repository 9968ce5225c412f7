"""A loop over much data holds it once, also while its program is made and checked."""

import tracemalloc

import numpy

import steepest as torch
from steepest import nn
from steepest.utils.data import DataLoader, TensorDataset


def test_making_a_program_copies_no_data_set() -> None:
    """Memory that is asked for and never written (a slot before it is bound) counts once here; what modules take when they are imported
    is left room for."""
    data = torch.from_numpy(numpy.random.default_rng(0).normal(size=(100_000, 100)).astype(numpy.float32))
    size = data.numpy().nbytes
    loader = DataLoader(TensorDataset(data, data[:, :1].clone()), batch_size=100, shuffle=True)
    network = nn.Linear(100, 1)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    tracemalloc.start()
    try:
        run = torch.loop(loader, epochs=1)
        for x, y in run:
            loss = ((network(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.record(loss=loss)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(run.history["loss"]) == 1000
    assert most < 1.5 * size + 25e6, f"{most / size:.2f} times the data"
