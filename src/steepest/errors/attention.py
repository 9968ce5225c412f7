"""Texts of attention whose scores and masks are functions."""

ROWS = {
    "flex-dimensions": (
        "NYI: query, key, and value must be 4D tensors: (batch, heads, length, embedding), but have {seen} dimensions",
        "query、key、value 应当是四维的（批、头、长度、嵌入），而这里的维数是 {seen}"),
    "flex-embedding": (
        "Expect query and key/value to have the same embedding dimension but got E={query} and E={keys}.",
        "query 与 key 的嵌入维应当相同，这里是 {query} 和 {keys}"),
    "flex-heads": (
        "Expect query and key/value to have the same number of heads but got Hq={query} and Hkv={keys}. Try setting enable_gqa=True for GQA.",
        "query 与 key/value 的头数应当相同，这里是 {query} 和 {keys}；分组注意力请写 enable_gqa=True"),
    "flex-groups": (
        "Expect number of query heads to be a multiple of kv heads for GQA but got Hq={query} and Hkv={keys}.",
        "分组注意力要求 query 的头数是 key/value 头数的倍数，这里是 {query} 和 {keys}"),
    "flex-batches": (
        "Expect query and key/value to have the same batch size, or non-none block_mask, but got block_mask={mask}, Bq={query}, and "
        "Bkv={keys}.",
        "query 与 key/value 的批大小应当相同（或给出 block_mask），这里 block_mask={mask}，批大小是 {query} 和 {keys}"),
    "flex-lengths": (
        "block_mask was created for block_mask.shape={mask} but got q_len={query} and kv_len={keys}. Create a new block mask with the "
        "correct length",
        "block_mask 的形状是 {mask}，而 query 和 key 的长度是 {query} 和 {keys}；请为这个长度建立新的掩码"),
    "flex-mask-size": (
        "block_mask of shape {mask} does not fit {seen} {name}: its size must be 1 or the same",
        "形状为 {mask} 的 block_mask 与 {seen}（{name}）不合：应当是 1 或相同"),
    "flex-sliced": (
        "Cannot use mask_mod from a sliced BlockMask: set its mask_mod, with the indices of the part, before attention uses it",
        "切出来的 BlockMask 不能用原来的 mask_mod：使用前请设置它自己的 mask_mod"),
    "flex-not-callable": ("All inputs should be callable mask_mods: {seen}", "参数应当都是掩码函数：{seen}"),
    "flex-blocks-dimensions": ("BlockMask must have at least 2 dimensions", "BlockMask 至少要有两维"),
}
