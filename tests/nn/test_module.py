"""What a module promises beside its layers: registration, walks, hooks, state, conversion, copies, lazy shapes."""

import copy
import gc
import pickle
import warnings
import weakref
from collections import OrderedDict
from typing import Any

import pytest

import steepest
from steepest import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.second = nn.Linear(3, 1)

    def forward(self, x: Any) -> Any:
        return self.second(self.norm(self.first(x)))


NAMES = ["first.weight", "first.bias", "norm.weight", "norm.bias", "second.weight", "second.bias"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")


def test_parameters_buffers_and_modules_are_walked_in_order() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_buffers()] == [
        "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
    ]  # fmt: skip
    assert [name for name, _ in net.named_modules()] == ["", "first", "norm", "second"]
    assert list(net.children()) == [net.first, net.norm, net.second]
    assert net.get_submodule("norm") is net.norm
    assert net.get_parameter("first.weight") is net.first.weight
    assert net.get_buffer("norm.running_var") is net.norm.running_var


def test_a_shared_module_is_walked_once() -> None:
    net = Net()
    net.third = net.first
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert "third.weight" in dict(net.named_parameters(remove_duplicate=False))


def test_assignment_moves_a_name_between_kinds() -> None:
    net = Net()
    net.x = 3
    net.x = nn.Parameter(steepest.zeros(1))
    assert net.x is net._parameters["x"]
    net.x = None
    assert net.x is None and "x" in net._parameters
    del net.x
    assert not hasattr(net, "x")
    net.register_buffer("x", steepest.zeros(1), persistent=False)
    assert "x" not in net.state_dict()
    net.x = steepest.ones(2)
    assert net._buffers["x"].tolist() == [1.0, 1.0] and "x" not in net.state_dict()
    net.y = nn.Buffer(steepest.ones(1), persistent=True)
    assert "y" in net.state_dict()


def test_writing_the_dictionaries_changes_the_attributes() -> None:
    net = Net()
    weight = nn.Parameter(steepest.zeros(3, 2))
    net.first._parameters["weight"] = weight
    assert net.first.weight is weight
    net._modules.pop("norm")
    assert not hasattr(net, "norm")
    net._modules = OrderedDict([("second", net.second)])
    assert not hasattr(net, "first") and list(net.children()) == [net.second]


def test_a_module_is_freed_when_nothing_names_it() -> None:
    net = Net()
    alive = weakref.ref(net)
    gc.disable()
    try:
        del net
        assert alive() is None
    finally:
        gc.enable()


def test_assignment_before_init_names_the_missing_line() -> None:
    class Forgot(nn.Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"write super\(\).__init__\(\) as the first line of Forgot.__init__"):
        Forgot()


def test_wrong_arguments_of_init_are_named() -> None:
    with pytest.raises(TypeError, match=r"Module.__init__\(\) got an unexpected keyword argument 'size'"):
        nn.Module(size=3)
    with pytest.raises(TypeError, match=r"takes 1 positional argument but 2 were given"):
        nn.Module(3)


def test_forward_hooks_see_and_replace() -> None:
    seen = []
    linear = nn.Linear(2, 1)
    x = steepest.ones(1, 2)
    before = linear.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    after = linear.register_forward_hook(lambda module, args, output: seen.append(args[0].tolist()))
    first = linear.register_forward_hook(lambda module, args, output: output * 0, prepend=True)
    assert linear(x).tolist() == [[0.0]]
    assert seen == [[[2.0, 2.0]]]
    for handle in (before, after, first):
        handle.remove()
    assert linear(x).tolist() == linear.forward(x).tolist() and len(seen) == 1


def test_hooks_with_keywords_and_after_errors() -> None:
    class Scale(nn.Module):
        def forward(self, x: Any, factor: float = 1.0) -> Any:
            if factor < 0:
                raise ValueError("negative")
            return x * factor

    called = []
    scale = Scale()
    scale.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": kwargs["factor"] + 1}), with_kwargs=True)
    scale.register_forward_hook(
        lambda module, args, kwargs, output: called.append(kwargs["factor"]), with_kwargs=True, always_call=True
    )
    assert scale(steepest.ones(1), factor=2).tolist() == [3.0]
    with pytest.raises(ValueError, match="negative"):
        scale(steepest.ones(1), factor=-3)
    assert called == [3, -2]


def test_global_hooks_see_every_module() -> None:
    names = []
    handle = nn.modules.module.register_module_forward_hook(lambda module, args, output: names.append(type(module).__name__))
    with handle:
        nn.Sequential(nn.Linear(2, 2), nn.ReLU())(steepest.ones(1, 2))
    nn.ReLU()(steepest.ones(1))
    assert names == ["Linear", "ReLU", "Sequential"]


def test_full_backward_hooks_see_and_replace_gradients() -> None:
    seen: dict[str, Any] = {}

    def before(module: nn.Module, grad_output: Any) -> Any:
        seen["before"] = grad_output[0].tolist()
        return (grad_output[0] * 2,)

    def after(module: nn.Module, grad_input: Any, grad_output: Any) -> Any:
        seen["after"] = grad_output[0].tolist()
        return (grad_input[0] * 10,)

    linear = nn.Linear(1, 1, bias=False)
    linear.register_full_backward_pre_hook(before)
    linear.register_full_backward_hook(after)
    x = steepest.ones(1, 1, requires_grad=True)
    linear(x).sum().backward()
    assert seen == {"before": [[1.0]], "after": [[2.0]]}
    assert x.grad.item() == pytest.approx(20 * linear.weight.item())
    assert linear.weight.grad.item() == 2.0


def test_backward_hooks_without_inputs_that_learn_warn() -> None:
    linear = nn.Linear(1, 1)
    seen = []
    linear.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append((grad_input, len(grad_output))))
    with pytest.warns(UserWarning):
        linear(steepest.ones(1, 1)).sum().backward()
    assert seen == [((None,), 1)]


def test_state_dict_shares_memory_and_loads_strictly() -> None:
    net, other = Net(), Net()
    state = net.state_dict()
    assert state["first.weight"].data_ptr() == net.first.weight.data_ptr()
    assert not state["first.weight"].requires_grad
    assert str(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert other.first.weight.tolist() == net.first.weight.tolist()
    assert state._metadata["norm"] == {"version": 2}
    with pytest.raises(RuntimeError) as caught:
        other.load_state_dict({"first.weight": steepest.zeros(1), "odd": steepest.zeros(1)})
    lines = str(caught.value).split("\n\t")
    assert lines[0] == "Error(s) in loading state_dict for Net:"
    assert lines[1].startswith('Missing key(s) in state_dict: "first.bias", "norm.weight"')
    assert lines[2] == 'Unexpected key(s) in state_dict: "odd". '
    assert lines[3] == (
        "size mismatch for first.weight: copying a param with shape torch.Size([1]) from checkpoint, "
        "the shape in current model is torch.Size([3, 2])."
    )
    keys = other.load_state_dict(OrderedDict(list(state.items())[:1]), strict=False)
    assert "first.bias" in keys.missing_keys and keys.unexpected_keys == []


def test_assigning_takes_the_tensors_over() -> None:
    net = Net()
    weight = steepest.zeros(3, 2)
    net.first.load_state_dict({"weight": weight, "bias": steepest.zeros(3)}, assign=True)
    assert isinstance(net.first.weight, nn.Parameter) and net.first.weight.requires_grad
    assert net.first.weight.data_ptr() == weight.data_ptr()


def test_hooks_of_the_state_dictionary_and_extra_state() -> None:
    class Counted(nn.Linear):
        count = 0

        def get_extra_state(self) -> Any:
            return {"count": self.count}

        def set_extra_state(self, state: Any) -> None:
            self.count = state["count"]

    module, other = Counted(1, 1), Counted(1, 1)
    module.count = 5
    order = []
    module.register_state_dict_pre_hook(lambda module, prefix, keep_vars: order.append("before"))
    module.register_state_dict_post_hook(lambda module, state, prefix, metadata: order.append("after"))
    other.register_load_state_dict_pre_hook(lambda module, state, prefix, *rest: order.append(type(module).__name__))
    other.register_load_state_dict_post_hook(lambda module, keys: order.append(len(keys.missing_keys)))
    other.load_state_dict(module.state_dict())
    assert order == ["before", "after", "Counted", 0]
    assert other.count == 5


def test_modes_and_freezing() -> None:
    net = Net()
    assert net.eval() is net and not net.norm.training
    assert net.train().norm.training
    with pytest.raises(ValueError):
        net.train(1)
    net.requires_grad_(False)
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_zero_grad_forgets_or_fills() -> None:
    net = Net()
    net(steepest.ones(4, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.second.bias.grad.tolist() == [0.0]
    net.zero_grad()
    assert net.second.bias.grad is None


def test_conversion_keeps_parameters_and_counts() -> None:
    net = Net()
    weight = net.first.weight
    net(steepest.ones(4, 2)).sum().backward()
    assert net.double() is net and net.first.weight is weight
    assert weight.dtype is steepest.float64 and weight.grad.dtype is steepest.float64
    assert net.norm.num_batches_tracked.dtype is steepest.int64
    assert net.to(steepest.float32).norm.running_mean.dtype is steepest.float32
    assert net.to("cpu") is net and net.cpu() is net
    with pytest.raises(TypeError):
        net.to(steepest.int64)


def test_copies_and_pickles_are_independent() -> None:
    net = Net()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert repr(twin) == repr(net)
        assert isinstance(twin.first.weight, nn.Parameter)
        assert twin.first.weight.tolist() == net.first.weight.tolist()
        with steepest.no_grad():
            twin.first.weight.zero_()
        assert net.first.weight.abs().sum().item() > 0


def test_sharing_survives_a_deep_copy() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    twin = copy.deepcopy(net)
    assert twin[1].weight is twin[0].weight and twin[0].weight is not net[0].weight


def test_dir_lists_members_and_no_numbers() -> None:
    names = dir(nn.Sequential(nn.Linear(1, 1)))
    assert "0" not in names and "parameters" in names
    assert {"weight", "bias", "in_features"} <= set(dir(nn.Linear(1, 1)))


def test_apply_visits_children_first() -> None:
    visited = []
    Net().apply(lambda module: visited.append(type(module).__name__))
    assert visited == ["Linear", "BatchNorm1d", "Linear", "Net"]


def test_lazy_modules_take_their_shape_from_the_first_input() -> None:
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))
    assert repr(net[3]) == "LazyLinear(in_features=0, out_features=2, bias=True)"
    twin = copy.deepcopy(net)
    assert twin(steepest.ones(2, 1, 5, 5)).shape == (2, 2)
    assert isinstance(twin[3], nn.Linear) and type(twin[3]) is nn.Linear and twin[3].in_features == 36
    assert type(twin[1]) is nn.BatchNorm2d and twin[1].running_mean.shape == (4,)
    with pytest.raises(RuntimeError):
        _ = net[3].weight.shape
    net.load_state_dict(twin.state_dict())
    assert net(steepest.ones(2, 1, 5, 5)).shape == (2, 2)


def test_sequential_is_a_sequence() -> None:
    a, b, c = nn.Linear(1, 1), nn.ReLU(), nn.Tanh()
    net = nn.Sequential(OrderedDict([("a", a), ("b", b)]))
    assert net.a is a and net[1] is b and net[-1] is b and len(net) == 2
    assert list(nn.Sequential(a, b) + nn.Sequential(c)) == [a, b, c]
    assert list(nn.Sequential(a) * 2) == [a, a]
    grown = nn.Sequential(a).append(b).insert(1, c).extend([a])
    assert list(grown) == [a, c, b, a]
    assert grown.pop(1) is c and list(grown._modules) == ["0", "1", "2"]
    del grown[0:2]
    assert list(grown) == [a] and isinstance(grown[:1], nn.Sequential)


def test_containers_register_what_they_hold() -> None:
    layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(3)])
    layers += [nn.ReLU()]
    layers.insert(0, nn.Tanh())
    assert len(list(layers.parameters())) == 6 and isinstance(layers[1:3], nn.ModuleList)
    named = nn.ModuleDict([["a", nn.Linear(1, 1)]])
    named.update({"b": nn.ReLU()})
    assert list(named) == ["a", "b"] and "a" in named and named.pop("b").__class__ is nn.ReLU
    listed = nn.ParameterList([steepest.zeros(2), nn.Parameter(steepest.ones(1)), "text"])
    assert [name for name, _ in listed.named_parameters()] == ["0", "1"]
    keyed = nn.ParameterDict({"x": steepest.zeros(2)}) | nn.ParameterDict({"y": steepest.zeros(1)})
    assert sorted(name for name, _ in keyed.named_parameters()) == ["x", "y"]
    assert keyed.popitem()[0] == "y" and keyed.get("z", 3) == 3


def test_old_arguments_of_losses_choose_the_reduction() -> None:
    for arguments, wanted in (({"size_average": False}, "sum"), ({"reduce": False}, "none"), ({"reduce": True}, "mean")):
        with pytest.warns(UserWarning, match=f"reduction='{wanted}'"):
            assert nn.MSELoss(**arguments).reduction == wanted


def test_parameters_become_a_vector_and_back() -> None:
    net = nn.Linear(2, 2)
    vector = nn.utils.parameters_to_vector(net.parameters())
    assert vector.shape == (6,)
    nn.utils.vector_to_parameters(steepest.arange(6.0), net.parameters())
    assert net.weight.tolist() == [[0.0, 1.0], [2.0, 3.0]] and net.bias.tolist() == [4.0, 5.0]


def test_gradients_are_clipped_by_norm_and_by_value() -> None:
    parameter = nn.Parameter(steepest.zeros(2))
    parameter.grad = steepest.tensor([3.0, 4.0])
    assert nn.utils.clip_grad_norm_([parameter], 1.0).item() == 5.0
    assert parameter.grad.tolist() == pytest.approx([0.6, 0.8])
    nn.utils.clip_grad_value_(parameter, 0.7)
    assert parameter.grad.tolist() == pytest.approx([0.6, 0.7])
    parameter.grad.fill_(float("inf"))
    with pytest.raises(RuntimeError):
        nn.utils.clip_grad_norm_([parameter], 1.0, error_if_nonfinite=True)


def test_packed_sequences_go_there_and_back() -> None:
    sequences = [steepest.arange(3.0), steepest.arange(5.0), steepest.arange(1.0)]
    packed = nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False)
    assert packed.batch_sizes.tolist() == [3, 2, 2, 1, 1]
    assert [each.tolist() for each in nn.utils.rnn.unpack_sequence(packed)] == [each.tolist() for each in sequences]
    assert nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=-1).tolist()[2] == [0, -1, -1, -1, -1]


def test_recurrent_layers_ignore_padding_in_packed_sequences() -> None:
    steepest.manual_seed(0)
    layer = nn.LSTM(1, 2, bidirectional=True)
    long, short = steepest.randn(4, 1), steepest.randn(2, 1)
    _, (together, _) = layer(nn.utils.rnn.pack_sequence([short, long], enforce_sorted=False))
    _, (alone, _) = layer(short)
    assert together[:, 0].tolist()[0] == pytest.approx(alone.tolist()[0], abs=1e-6)
    assert together[:, 0].tolist()[1] == pytest.approx(alone.tolist()[1], abs=1e-6)


def test_a_call_without_hooks_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Net()(steepest.ones(4, 2))


def test_parameters_and_buffers_print_as_what_they_are() -> None:
    assert str(nn.Parameter(steepest.zeros(2))) == "Parameter containing:\ntensor([0., 0.], requires_grad=True)"
    assert repr(nn.Buffer(steepest.zeros(2))) == "tensor([0., 0.])"
    assert str(nn.UninitializedParameter()) == "<UninitializedParameter>"


def test_results_of_parameters_are_plain_tensors() -> None:
    parameter = nn.Parameter(steepest.ones(2))
    assert type(parameter * 2) is steepest.Tensor and type(parameter.detach()) is steepest.Tensor
    assert nn.Parameter(steepest.ones(2), requires_grad=False).requires_grad is False
    with pytest.raises(RuntimeError):
        nn.Parameter(steepest.ones(2, dtype=steepest.int64))


def test_a_parameter_shares_the_memory_it_is_made_of() -> None:
    data = steepest.zeros(2)
    parameter = nn.Parameter(data)
    data[0] = 5
    assert parameter.tolist() == [5.0, 0.0]


class Asked(nn.Linear):
    """A module that wants to know who asks for its members."""

    def __getattr__(self, name):
        found = super().__getattr__(name)
        if isinstance(found, nn.Parameter):
            self.__dict__.setdefault("asked", []).append(name)
        return found


def test_a_class_with_its_own_getattr_is_asked_for_its_members():
    layer = Asked(2, 3)
    layer(steepest.ones(1, 2))
    assert layer.asked[-2:] == ["weight", "bias"]
    plain = nn.Linear(2, 3)
    plain.__class__ = Asked
    plain(steepest.ones(1, 2))
    assert plain.asked == ["weight", "bias"]
    plain.__class__ = nn.Linear
    assert plain.weight is plain._parameters["weight"] and plain.asked == ["weight", "bias"]
