"""Traced programs: the text of graphs and code is PyTorch's, and what is changed in a graph is what runs."""

import copy
import pickle

import pytest

import steepest as torch
from steepest import fx, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        y = self.layers(x) * self.scale
        return nn.functional.softmax(y + 1, dim=1), torch.linalg.norm(y)


CODE = """def forward(self, x):
    layers_0 = getattr(self.layers, "0")(x);  x = None
    layers_1 = getattr(self.layers, "1")(layers_0);  layers_0 = None
    scale = self.scale
    mul = layers_1 * scale;  layers_1 = scale = None
    add = mul + 1
    softmax = torch.nn.functional.softmax(add, dim = 1, _stacklevel = 3, dtype = None);  add = None
    linalg_norm = torch._C._linalg.linalg_norm(mul);  mul = None
    return (softmax, linalg_norm)"""
GRAPH = """graph():
    %x : [num_users=1] = placeholder[target=x]
    %layers_0 : [num_users=1] = call_module[target=layers.0](args = (%x,), kwargs = {})
    %layers_1 : [num_users=1] = call_module[target=layers.1](args = (%layers_0,), kwargs = {})
    %scale : [num_users=1] = get_attr[target=scale]
    %mul : [num_users=2] = call_function[target=operator.mul](args = (%layers_1, %scale), kwargs = {})
    %add : [num_users=1] = call_function[target=operator.add](args = (%mul, 1), kwargs = {})
    %softmax : [num_users=1] = call_function[target=torch.nn.functional.softmax](args = (%add,), kwargs = {dim: 1, _stacklevel: 3, dtype: None})
    %linalg_norm : [num_users=1] = call_function[target=torch._C._linalg.linalg_norm](args = (%mul,), kwargs = {})
    return (softmax, linalg_norm)"""  # noqa: E501


def test_graph_and_code_are_pytorchs_text():
    gm = fx.symbolic_trace(Net())
    assert gm.code.strip() == CODE and str(gm.graph) == GRAPH
    gm.graph.lint()


def test_a_traced_module_computes_and_learns_as_the_module():
    net = Net()
    gm, x = fx.symbolic_trace(net), torch.randn(2, 3)
    for mine, theirs in zip(gm(x), net(x), strict=True):
        assert torch.equal(mine, theirs)
    gm(x)[1].backward()
    assert net.scale.grad is not None and dict(gm.named_parameters()).keys() == dict(net.named_parameters()).keys()


def test_copies_and_pickles_run():
    gm, x = fx.symbolic_trace(Net()), torch.randn(2, 3)
    for other in (copy.deepcopy(gm), pickle.loads(pickle.dumps(gm))):
        assert torch.equal(other(x)[0], gm(x)[0]) and other.code == gm.code and other.scale is not gm.scale


def test_a_changed_graph_runs_after_recompile():
    gm = fx.symbolic_trace(lambda x, y: torch.add(x, y).relu())
    for node in gm.graph.nodes:
        if node.target is torch.add:
            with gm.graph.inserting_after(node):
                new = gm.graph.call_function(torch.sub, node.args, node.kwargs)
            node.replace_all_uses_with(new)
            gm.graph.erase_node(node)
    gm.recompile()
    assert gm(torch.tensor(3.0), torch.tensor(1.0)).item() == 2.0
    assert fx.replace_pattern(gm, lambda x, y: torch.sub(x, y), lambda x, y: torch.mul(x, y))
    assert gm(torch.tensor(3.0), torch.tensor(2.0)).item() == 6.0


def test_interpreters_and_transformers_see_every_node():
    class Doubled(fx.Transformer):
        def call_method(self, target, args, kwargs):
            return super().call_method(target, args, kwargs) * 2

    gm = Doubled(fx.symbolic_trace(lambda x: x.relu())).transform()
    assert gm(torch.tensor(3.0)).item() == 6.0 and fx.Interpreter(gm).run(torch.tensor(-1.0)).item() == 0.0
    with pytest.raises(RuntimeError, match="Expected positional argument for parameter x"):
        fx.Interpreter(gm).run()


@pytest.mark.parametrize(("f", "said"), [(lambda x: 1 if x else 2, "control flow"), (lambda x: [y + 1 for y in x], "cannot be iterated"),
                                         (lambda x: len(x), r"torch.fx.wrap\('len'\)")])
def test_what_cannot_be_traced_says_why(f, said):
    with pytest.raises((ValueError, RuntimeError), match=said):
        fx.symbolic_trace(f)


def test_nothing_stays_replaced_after_a_trace_even_a_failed_one():
    before = nn.Module.__call__
    with pytest.raises(ValueError):
        fx.symbolic_trace(lambda x: nn.Linear(1, 1) if x else x)
    assert nn.Module.__call__ is before and "__getattribute__" not in vars(nn.Module) and not fx._symbolic_trace.is_fx_tracing()


def test_arguments_of_nodes_cannot_be_changed_in_place():
    g = fx.Graph()
    x = g.placeholder("x")
    node = g.call_function(torch.cat, ([x, x],))
    with pytest.raises(TypeError, match="does not support mutation"):
        node.args[0].append(x)
    with pytest.raises(RuntimeError, match="still had 1 users"):
        g.erase_node(x)


def test_an_error_in_generated_code_shows_its_line(capsys):
    gm = fx.symbolic_trace(lambda x: torch.relu(x) @ torch.ones(7))
    with pytest.raises(RuntimeError):
        gm(torch.ones(3))
    gm = fx.symbolic_trace(lambda x: x + "a")
    with pytest.raises(TypeError):
        gm(torch.ones(3))


def test_shapes_are_noted():
    gm = fx.symbolic_trace(Net())
    fx.passes.shape_prop.ShapeProp(gm).propagate(torch.ones(2, 3))
    assert [tuple(n.meta["tensor_meta"].shape) for n in gm.graph.nodes if n.name == "layers_0"] == [(2, 4)]
    assert 'x: "f32[2, 3]"' in gm.print_readable(print_output=False)


def test_dropout_and_normalisation_are_folded_away():
    from steepest.fx.experimental.optimization import fuse, remove_dropout

    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5)).eval()
    x = torch.randn(1, 1, 5, 5)
    fused = remove_dropout(fuse(net))
    assert [n.target for n in fused.graph.nodes if n.op == "call_module"] == ["0"] and torch.allclose(fused(x), net(x), atol=1e-6)


def test_the_inner_places_of_functions_are_found():
    from steepest._C._linalg import linalg_inv
    from steepest._C._nn import gelu

    assert linalg_inv is torch.linalg.inv and gelu is nn.functional.gelu and torch.functional.cdist is torch.cdist
    assert torch._C._nn.log_sigmoid is nn.functional.logsigmoid and torch._C._special.special_entr is torch.special.entr


def test_tracers_of_packages_find_what_pytorchs_is_made_of():
    import steepest.fx._symbolic_trace as st

    class Whole(fx.Tracer):
        @st.compatibility(is_backward_compatible=True)
        def trace(self, root, concrete_args=None):
            self.root, self.graph, self.tensor_attrs = root, fx.Graph(tracer_cls=type(self)), {root.note: "note"}
            self.submodule_paths = {m: n for n, m in root.named_modules()}
            fn, args = self.create_args_for_root(type(root).forward, True, concrete_args)

            def call(module, *args, **kwargs):
                return self.call_module(module, lambda *a, **k: st._orig_module_call(module, *a, **k), args, kwargs)

            with st._Patcher() as patcher:
                patcher.patch_method(nn.Module, "__call__", call, deduplicate=False)
                st._patch_wrapped_functions(patcher)
                st._autowrap_check(patcher, fn.__globals__, self._autowrap_function_ids)
                self.create_node("output", "output", (self.create_arg(fn(*args)),), {})
            return self.graph

    class Noted(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.note = nn.Linear(2, 2), torch.ones(2)

        def forward(self, x):
            return self.layer(x) + self.note

    module, x = Noted(), torch.randn(1, 2)
    gm = fx.GraphModule(module, Whole().trace(module))
    assert "note = self.note" in gm.code and torch.equal(gm(x), module(x)) and nn.Module.__call__ is st._orig_module_call
