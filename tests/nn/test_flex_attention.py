"""Attention whose scores and masks are functions."""

import pytest

import steepest as torch
from steepest.nn.attention.flex_attention import BlockMask, create_block_mask, create_mask, flex_attention


def causal(b, h, q, kv):
    return q >= kv


def tensors(*sizes):
    return [torch.randn(*size) for size in sizes]


def test_without_functions_it_is_attention():
    q, k, v = tensors((2, 4, 6, 8), (2, 4, 5, 8), (2, 4, 5, 3))
    assert torch.allclose(flex_attention(q, k, v), torch.nn.functional.scaled_dot_product_attention(q, k, v), atol=1e-6)


def test_masks_and_scores_are_those_of_the_functions():
    q, k, v = tensors(*[(1, 2, 7, 4)] * 3)
    mask = create_block_mask(causal, None, None, 7, 7, BLOCK_SIZE=4)
    wanted = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(flex_attention(q, k, v, block_mask=mask), wanted, atol=1e-6)
    table = torch.randn(7, 7)
    biased = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=table)
    assert torch.allclose(flex_attention(q, k, v, score_mod=lambda s, b, h, i, j: s + table[i, j]), biased, atol=1e-6)


def test_gradients_reach_what_the_functions_read():
    q, k, v = tensors(*[(1, 2, 4, 3)] * 3)
    slope = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    q, k, v = (x.double().requires_grad_() for x in (q, k, v))
    assert torch.autograd.gradcheck(lambda *a: flex_attention(*a[:3], score_mod=lambda s, b, h, i, j: s + (i - j) * a[3]), (q, k, v, slope))


def test_blocks_say_where_something_is_to_be_seen():
    mask = create_block_mask(causal, None, None, 256, 256)
    assert mask.shape == (1, 1, 256, 256) and mask.sparsity() == 25.0 and mask.to_dense().tolist() == [[[[1, 0], [1, 1]]]]
    assert mask.full_kv_num_blocks.tolist() == [[[0, 1]]] and mask.kv_num_blocks.tolist() == [[[1, 1]]]
    assert str(mask) == "BlockMask(shape=(1, 1, 256, 256), sparsity=25.00%, \n(0, 0)\n██  \n████\n)"
    with pytest.raises(RuntimeError, match="sliced"):
        flex_attention(*tensors(*[(1, 1, 256, 2)] * 3), block_mask=mask[0, 0])
    assert isinstance(mask[0], BlockMask) and create_mask(causal, None, None, 2, 2).tolist() == [[[[True, False], [True, True]]]]


def test_rows_without_keys_are_zero():
    q, k, v = tensors(*[(1, 1, 3, 2)] * 3)
    nothing = create_block_mask(lambda b, h, i, j: i < 0, None, None, 3, 3)
    out, lse = flex_attention(q, k, v, block_mask=nothing, return_lse=True)
    assert not out.any() and torch.isneginf(lse).all()


def test_heads_that_differ_in_number_say_how_to_share_them():
    q, k, v = tensors((1, 4, 3, 2), (1, 2, 3, 2), (1, 2, 3, 2))
    with pytest.raises(ValueError, match="enable_gqa=True"):
        flex_attention(q, k, v)
    assert flex_attention(q, k, v, enable_gqa=True).shape == (1, 4, 3, 2)
