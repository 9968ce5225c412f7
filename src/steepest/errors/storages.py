"""Texts of storages: the memory of tensors, with and without a type."""

ROWS = {
    "typed-storage-deprecated": (
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This should only "
        "matter to you if you are using storages directly.  To access UntypedStorage directly, use tensor.untyped_storage() instead of "
        "tensor.storage()",
        "TypedStorage 已弃用，将来只有 UntypedStorage。请写 tensor.untyped_storage()，而不是 tensor.storage()"),
    "storage-arguments": (
        "{kind} received an invalid combination of arguments. Expected one of:\n * no arguments\n * (int size)\n * (Sequence data)\n"
        " * (*, UntypedStorage wrap_storage)\n{problem}",
        "{kind} 的参数不对，应为：\n * 无参数\n * (int size)\n * (Sequence data)\n * (*, UntypedStorage wrap_storage)\n{problem}"),
    "storage-slice": (
        "slices are only supported in UntypedStorage.__getitem__", "只有 UntypedStorage 能用切片取值"),
    "storage-index-kind": ("can't index a {kind} with {index}", "{kind} 不能用 {index} 作下标"),
    "storage-index-range": (
        "index {index} out of range for storage of size {size}", "下标 {index} 超出了大小为 {size} 的存储"),
    "storage-value-kind": ("cannot set item with value type {kind}", "不能把 {kind} 写入存储的一项"),
    "storage-sizes": (
        "size does not match, self was {own} bytes but src was {source} bytes", "大小不同：自己有 {own} 字节，来源有 {source} 字节"),
    "storage-not-resizable": (
        "Trying to resize storage that is not resizable: tensors here never move in memory. Write a new tensor and copy into it",
        "存储不能改变大小：这里的张量在内存中不移动。请建新的张量，再把内容复制过去"),
}
