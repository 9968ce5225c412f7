"""Names that programs meet rarely, and what they do."""

import pytest

import steepest as torch


def test_sizes_may_be_asked_as_symbols():
    assert torch.sym_max(2, 3) == 3 and torch.sym_int(2.5) == 2 and torch.sym_ite(True, 1, 2) == 1 and torch.sym_sum([1, 2]) == 3
    assert torch.cond(torch.tensor(0), lambda x: x + 1, lambda x: x - 1, (torch.ones(2),)).tolist() == [0, 0]


def test_the_compiler_and_the_processor_answer():
    assert torch.compiler.disable(len) is len and not torch.compiler.is_compiling() and torch.compiler.list_backends() == ["llvm"]
    with torch.compiler.set_stance("force_eager"):
        pass
    assert torch.cpu.is_available() and torch.cpu.device_count() == 1 and torch.get_device_module("cpu") is torch.cpu
    assert issubclass(torch.OutOfMemoryError, RuntimeError) and torch.types.Number


def test_the_default_tensor_type_sets_the_default_dtype():
    torch.set_default_tensor_type(torch.DoubleTensor)
    try:
        assert torch.ones(1).dtype is torch.float64
    finally:
        torch.set_default_tensor_type("torch.FloatTensor")
    with pytest.raises(TypeError, match="floating-point"):
        torch.set_default_tensor_type("torch.cuda.FloatTensor")


def test_functions_of_dropout_write_over_their_operand():
    for name in ("dropout_", "alpha_dropout_", "feature_dropout_", "feature_alpha_dropout_"):
        x = torch.ones(4, 5, 3)
        assert getattr(torch, name)(x, 0.5, True) is x and not torch.equal(x, torch.ones(4, 5, 3))
    assert set(torch.feature_dropout(torch.ones(2, 50, 3), 0.5, True).unique().tolist()) == {0, 2}


def test_a_file_of_numbers_is_a_tensor(tmp_path):
    path = str(tmp_path / "numbers")
    shared = torch.from_file(path, shared=True, size=3)
    shared[1] = 2.5
    assert torch.from_file(path, size=3).tolist() == [0, 2.5, 0]
    with pytest.raises(RuntimeError, match="fewer"):
        torch.from_file(path, size=4)


def test_swapped_tensors_are_each_other():
    a, b = torch.ones(2).requires_grad_(), torch.zeros(3)
    torch.utils.swap_tensors(a, b)
    assert a.tolist() == [0, 0, 0] and b.requires_grad and not a.requires_grad


def test_samplers_of_several_processes_share_the_data_out():
    shares = [list(torch.utils.data.DistributedSampler(range(10), 3, rank, shuffle=True, seed=4)) for rank in range(3)]
    assert all(len(s) == 4 for s in shares) and set().union(*shares) == set(range(10))
    sampler = torch.utils.data.DistributedSampler(range(10), 3, 0, drop_last=True)
    first = list(sampler)
    sampler.set_epoch(1)
    assert len(first) == len(sampler) == 3 and list(sampler) != first
    with pytest.raises(ValueError, match="Invalid rank"):
        torch.utils.data.DistributedSampler(range(3), 2, 2)
    with pytest.raises(ValueError, match="init_process_group"):
        torch.utils.data.DistributedSampler(range(3))


def test_batch_normalisations_without_statistics_leave_no_traces():
    model = torch.func.replace_all_batch_norm_modules_(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)))
    assert model[1].running_mean is None
    assert abs(model.eval()(torch.randn(8, 2)).mean().item()) < 1e-6


def test_made_tensors_keep_to_their_bounds():
    x = torch.testing.make_tensor(50, 2, dtype=torch.float32, low=-1, high=2, noncontiguous=True, requires_grad=True)
    assert x.shape == (50, 2) and -1 <= x.min() and x.max() <= 2 and not x.is_contiguous() and x.requires_grad
    assert torch.testing.make_tensor((9,), dtype=torch.int64, low=0, high=2, exclude_zero=True).min() == 1
    assert torch.testing.make_tensor((3,), dtype=torch.complex64).is_complex()
    assert torch.testing.make_tensor((3,), dtype=torch.bool).dtype is torch.bool


def test_saved_tensors_may_be_written_over_where_that_is_allowed():
    x = torch.tensor([2.0]).requires_grad_()
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = x * 3
        z = y * y
        y.detach().zero_()
        z.backward()
    assert x.grad.item() == 36


def test_precision_and_anomalies_can_be_asked_about():
    assert not torch.is_autocast_enabled() and torch.get_autocast_dtype("cpu") is torch.bfloat16 and not torch.is_anomaly_enabled()
    torch.set_autocast_enabled(True)            # for CUDA, which is not there
    assert not torch.is_autocast_enabled()
    with torch.autograd.set_multithreading_enabled(False):
        assert not torch.autograd.is_multithreading_enabled()


def test_methods_that_programs_meet_rarely():
    assert torch.ones(1).to_dense().tolist() == [1] and not torch.ones(1).is_xpu
    assert torch.tensor([1.0, 0.2]).hardshrink().tolist() == [1, 0]
    assert torch.tensor([1.0, -2.0]).prelu(torch.tensor(0.5)).tolist() == [1, -1]
    assert torch.ones(2, 3).swapdims_(0, 1).shape == (3, 2)
