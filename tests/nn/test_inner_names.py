"""Names with an underscore that public models import all the same."""

import pytest

import steepest as torch
import steepest.nn.functional as F
from steepest import nn
from steepest._utils import _accumulate, _flatten_dense_tensors, _unflatten_dense_tensors
from steepest.autograd.function import InplaceFunction
from steepest.functional import einsum, norm
from steepest.nn.modules.module import _addindent
from steepest.nn.modules.rnn import apply_permutation
from steepest.nn.modules.transformer import _get_activation_fn, _get_clones
from steepest.utils.data._utils.collate import default_collate_err_msg_format, np_str_obj_array_pattern


def test_recurrent_weights_by_name():
    gru = nn.GRU(3, 4, 2)
    assert gru._flat_weights_names[:2] == ["weight_ih_l0", "weight_hh_l0"] and len(gru._flat_weights) == 8
    assert gru._flat_weights[0] is gru.weight_ih_l0
    x = torch.arange(6.0).view(1, 3, 2)
    assert torch.equal(apply_permutation(x, torch.tensor([2, 0, 1])), x[:, [2, 0, 1]])


def test_copies_of_layers_and_projections():
    layers = _get_clones(nn.Linear(2, 2), 3)
    assert len(layers) == 3 and layers[0].weight is not layers[1].weight and _get_activation_fn("relu") is F.relu
    q, w = torch.arange(4.0).view(2, 2), torch.arange(12.0).view(6, 2)
    packed = F._in_projection_packed(q, q, q, w, torch.ones(6))
    assert torch.equal(torch.cat(packed, -1), F.linear(q, w, torch.ones(6)))
    assert torch.equal(F._in_projection(q, q, q, *w.chunk(3))[1], F.linear(q, w[2:4]))
    assert F._Reduction.get_enum("sum") == 2 and F._Reduction.legacy_get_string(False, None) == "sum"
    assert _addindent("a\nb", 2) == "a\n  b"


def test_initial_values():
    torch.manual_seed(0)
    a = nn.init._no_grad_trunc_normal_(torch.empty(4), 0.0, 1.0, -2.0, 2.0)
    torch.manual_seed(0)
    assert torch.equal(a, nn.init.trunc_normal_(torch.empty(4)))


def test_lists_of_tensors():
    parts = [torch.ones(2, 2), torch.zeros(3)]
    flat = _flatten_dense_tensors(parts)
    assert flat.tolist() == [1, 1, 1, 1, 0, 0, 0] and torch.equal(_unflatten_dense_tensors(flat, parts)[0], parts[0])
    assert list(_accumulate([1, 2, 3])) == [1, 3, 6]
    assert einsum("i,i->", torch.ones(2), torch.ones(2)).item() == 2 and norm(torch.ones(4)).item() == 2
    assert np_str_obj_array_pattern.search("<U3") and "found int" in default_collate_err_msg_format.format("int")
    assert InplaceFunction(True).inplace


def test_no_tensor_is_one_of_cuda():
    assert not isinstance(torch.ones(1), torch.cuda.FloatTensor)
    with pytest.raises(TypeError, match=r"type torch\.cuda\.LongTensor not available"):
        torch.cuda.LongTensor(2)
