"""Texts of datasets, samplers and loaders."""

ROWS = {
    "process-failed": ("\n\n-- Process {index} terminated with the following error:\n{trace}", "\n\n-- 进程 {index} 因以下错误结束:\n{trace}"),
    "sharing-strategy": ("there is no sharing strategy {name}: write file_system", "没有名为 {name} 的共享方式:请写 file_system"),
    "dataset-without-getitem": (
        "Subclasses of Dataset should implement __getitem__. {kind} does not: write def __getitem__(self, index): return ...",
        "Dataset 的子类需要实现 __getitem__，{kind} 没有：请写 def __getitem__(self, index): return ...",
    ),
    "tensor-dataset-type": (
        "TensorDataset takes tensors, got {kind}: write TensorDataset(torch.as_tensor(x), torch.as_tensor(y))",
        "TensorDataset 的参数应是张量，得到的是 {kind}：请写 TensorDataset(torch.as_tensor(x), torch.as_tensor(y))",
    ),
    "tensor-dataset-sizes": (
        "Size mismatch between tensors: their first dimensions are {sizes}, and row i of each belongs to sample i; "
        "give tensors with as many rows as one another",
        "张量的大小不一致：第一维分别是 {sizes}，而各张量的第 i 行属于第 i 个样本；请给行数相同的张量",
    ),
    "stack-dataset-both": (
        "StackDataset takes datasets either as arguments (samples are tuples) or with keywords (samples are dicts), not both",
        "StackDataset 的数据集要么都按位置给出（样本是元组），要么都用关键字给出（样本是字典），不能混用",
    ),
    "stack-dataset-empty": (
        "At least one dataset should be passed: StackDataset(images, labels)",
        "至少要给一个数据集：StackDataset(images, labels)",
    ),
    "stack-dataset-sizes": (
        "Size mismatch between datasets: their lengths are {sizes}; shorten the longer ones with Subset(dataset, range(n))",
        "数据集的长度不一致：{sizes}；请用 Subset(dataset, range(n)) 截短较长的",
    ),
    "getitems-count": (
        "Nested dataset's output size mismatch. Expected {wanted}, got {got}: "
        "{kind}.__getitems__ has to return one sample an index",
        "{kind}.__getitems__ 返回的样本数不对：要 {wanted} 个，得到 {got} 个；每个索引应返回一个样本",
    ),
    "concat-dataset-empty": (
        "datasets should not be an empty iterable: ConcatDataset([first, second])",
        "ConcatDataset 至少需要一个数据集：ConcatDataset([first, second])",
    ),
    "concat-dataset-iterable": (
        "ConcatDataset does not support IterableDataset: write ChainDataset([first, second])",
        "ConcatDataset 不支持 IterableDataset：请写 ChainDataset([first, second])",
    ),
    "concat-dataset-index": (
        "absolute value of index should not exceed dataset length: index {index} of {length} samples",
        "索引的绝对值不能超过数据集长度：索引 {index}，共 {length} 个样本",
    ),
    "chain-dataset-map": (
        "ChainDataset only supports IterableDataset, got {kind}: write ConcatDataset([first, second])",
        "ChainDataset 只支持 IterableDataset，得到的是 {kind}：请写 ConcatDataset([first, second])",
    ),
    "subset-getitem-only": (
        "{kind} overrides __getitem__ but not __getitems__, which loaders call; add to it: "
        "def __getitems__(self, indices): return [self[i] for i in indices]",
        "{kind} 重写了 __getitem__ 而没有重写加载器调用的 __getitems__；请加上："
        "def __getitems__(self, indices): return [self[i] for i in indices]",
    ),
    "random-split-sum": (
        "Sum of input lengths does not equal the length of the input dataset! {lengths} sum to {total}, the dataset has {size} "
        "samples; write fractions that sum to 1, for example random_split(dataset, [0.8, 0.2])",
        "各部分长度之和不等于数据集长度：{lengths} 之和是 {total}，数据集有 {size} 个样本；"
        "也可以写总和为 1 的比例，例如 random_split(dataset, [0.8, 0.2])",
    ),
    "random-split-fraction": (
        "Fraction at index {index} is not between 0 and 1: it is {fraction}",
        "第 {index} 个比例不在 0 和 1 之间：它是 {fraction}",
    ),
    "random-split-empty": (
        "Length of split at index {index} is 0. This might result in an empty dataset: "
        "{fraction} of {size} samples is less than one",
        "第 {index} 部分的长度是 0，得到的可能是空数据集：{size} 个样本的 {fraction} 不到一个",
    ),
    "distributed-rank": (
        "Invalid rank {rank}, rank should be in the interval [0, {last}]", "rank 应在 [0, {last}] 中,得到 {rank}"),
    "sampler-without-iter": (
        "{kind} does not say in which order to read: write def __iter__(self): yield from indices",
        "{kind} 没有说明读取顺序：请写 def __iter__(self): yield from indices",
    ),
    "sampler-replacement": (
        "replacement should be a boolean value, but got replacement={replacement}",
        "replacement 应是布尔值，得到的是 replacement={replacement}",
    ),
    "sampler-num-samples": (
        "num_samples should be a positive integer value, but got num_samples={num_samples}: "
        "an empty dataset cannot be sampled, else give num_samples >= 1",
        "num_samples 应是正整数，得到的是 num_samples={num_samples}：数据集为空则无法采样，否则请给 num_samples >= 1",
    ),
    "sampler-weights-shape": (
        "weights should be a 1d sequence but given weights have shape {shape}: give one weight a sample",
        "weights 应是一维序列，得到的形状是 {shape}：每个样本一个权重",
    ),
    "batch-size": (
        "batch_size should be a positive integer value, but got batch_size={batch_size}: "
        "for all rows at once write batch_size=len(dataset), for single samples batch_size=None",
        "batch_size 应是正整数，得到的是 batch_size={batch_size}："
        "一次取全部请写 batch_size=len(dataset)，单个样本请写 batch_size=None",
    ),
    "drop-last": (
        "drop_last should be a boolean value, but got drop_last={drop_last}",
        "drop_last 应是布尔值，得到的是 drop_last={drop_last}",
    ),
    "collate-type": (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {kind}: "
        "return one of these from __getitem__, or give DataLoader a collate_fn that says how to join such samples",
        "default_collate：批次里只能有张量、NumPy 数组、数、字典或列表，却有 {kind}："
        "请让 __getitem__ 返回这些类型，或给 DataLoader 一个能合并这种样本的 collate_fn",
    ),
    "collate-lengths": (
        "each element in list of batch should be of equal size, but the lengths are {lengths}: "
        "pad the samples to one length, or write collate_fn=lambda batch: batch to get them as a list",
        "批次中各列表的长度应当相同，实际是 {lengths}：请把样本补到同一长度，或写 collate_fn=lambda batch: batch 得到列表",
    ),
    "collate-shapes": (
        "stack expects each tensor to be equal size, but got {first} at entry 0 and {other} at entry {index}: "
        "samples of a batch need one shape; crop or pad them in __getitem__, "
        "or write collate_fn=lambda batch: batch to get them as a list",
        "stack 要求各张量大小相同，但第 0 个是 {first}，第 {index} 个是 {other}：同一批次的样本形状必须一致；"
        "请在 __getitem__ 里裁剪或填充，或写 collate_fn=lambda batch: batch 得到列表",
    ),
    "collate-integer": (
        "Overflow when unpacking long long: the integer {largest} does not fit 64 bits; return it as a float or as text",
        "整数 {largest} 超出 64 位；请以浮点数或文本返回",
    ),
    "worker-raised": (
        "Caught {kind} in DataLoader worker process {worker}.\nOriginal {traceback}",
        "DataLoader 的工作进程 {worker} 中发生了 {kind}。\n原始 {traceback}",
    ),
    "worker-not-picklable": (
        "Worker processes started by {method!r} get dataset, collate_fn and worker_init_fn by pickling: define them at the top "
        "level of a file (no lambda, no function or class inside a function), or load with num_workers=0",
        "以 {method!r} 方式启动的工作进程通过 pickle 得到数据集、collate_fn 和 worker_init_fn：请把它们定义在文件的最外层"
        "（不要用 lambda，也不要定义在函数里），或用 num_workers=0 加载",
    ),
    "worker-timeout": (
        "DataLoader timed out after {timeout} seconds: making one batch took longer; raise timeout, or give timeout=0 to wait",
        "DataLoader 等待 {timeout} 秒后超时：做一个批次用时更长；请加大 timeout，或用 timeout=0 一直等待",
    ),
    "worker-died": (
        "DataLoader worker (pid {pid}) exited unexpectedly with exit code {code}. Its own words, if any, are printed above. "
        "Where processes are started afresh (Windows, macOS), the program's main part belongs under\n"
        'if __name__ == "__main__":\nTo see the error itself, load with num_workers=0.',
        "DataLoader 的工作进程（pid {pid}）意外退出，退出码 {code}。它自己的输出（若有）在上面。"
        "在重新启动进程的系统（Windows、macOS）上，主程序要写在\n"
        'if __name__ == "__main__":\n之下。想看到错误本身，请用 num_workers=0 加载。',
    ),
    "loader-fixed": (
        "{name} attribute should not be set after {kind} is initialized: make a new DataLoader with the other {name}",
        "{kind} 建好之后不能再改 {name}：请用新的 {name} 新建一个 DataLoader",
    ),
    "loader-context-without-workers": (
        "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0 "
        "and multiprocessing_context={context!r}",
        "multiprocessing_context 只用于多进程加载（num_workers > 0），但 num_workers=0，multiprocessing_context={context!r}",
    ),
    "loader-context-unknown": (
        "multiprocessing_context option should specify a valid start method in {methods}, "
        "but got multiprocessing_context={context!r}",
        "multiprocessing_context 应是 {methods} 之一，得到的是 {context!r}",
    ),
    "loader-context-type": (
        "multiprocessing_context option should be a valid context object or a string specifying the start method, "
        "but got multiprocessing_context={context}",
        "multiprocessing_context 应是上下文对象或启动方式的名字，得到的是 {context}",
    ),
    "loader-pin-memory": (
        "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
        "pin_memory 设为真，但没有加速器，因此不使用锁页内存。",
    ),
    "loader-longer-than-announced": (
        "Length of IterableDataset was reported to be {announced} (when accessing len(dataloader)), but {got} samples have been "
        "fetched. With workers each has its own copy: give a part of the data to each by get_worker_info()",
        "IterableDataset 报告的长度是 {announced}（取 len(dataloader) 时），但已取出 {got} 个样本。"
        "有工作进程时每个都有自己的副本：请用 get_worker_info() 给每个分配一部分数据",
    ),
    "loader-pass-pickled": (
        "the iterator of a DataLoader cannot be pickled: pickle the DataLoader",
        "DataLoader 的迭代器不能序列化：请序列化 DataLoader 本身",
    ),
    "loader-workers-negative": (
        "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing; got {num_workers}",
        "num_workers 不能为负（得到 {num_workers}）；不用多进程请写 num_workers=0",
    ),
    "loader-timeout-negative": (
        "timeout option should be non-negative, got {timeout}; timeout=0 waits as long as it takes",
        "timeout 不能为负，得到的是 {timeout}；timeout=0 表示一直等待",
    ),
    "loader-timeout-without-workers": (
        "timeout={timeout} is for worker processes and num_workers is 0: let num_workers > 0 or leave timeout out",
        "timeout={timeout} 只对工作进程有意义，而 num_workers 是 0：请设 num_workers > 0 或去掉 timeout",
    ),
    "loader-prefetch-without-workers": (
        "prefetch_factor option could only be specified in multiprocessing. Let num_workers > 0 to enable multiprocessing, "
        "otherwise leave prefetch_factor={prefetch_factor} out",
        "prefetch_factor 只用于多进程加载。请设 num_workers > 0，否则去掉 prefetch_factor={prefetch_factor}",
    ),
    "loader-prefetch-low": (
        "prefetch_factor option should be non-negative and at least 1, got {prefetch_factor}",
        "prefetch_factor 至少是 1，得到的是 {prefetch_factor}",
    ),
    "loader-persistent-without-workers": (
        "persistent_workers option needs num_workers > 0",
        "persistent_workers 需要 num_workers > 0",
    ),
    "loader-stream-order": (
        "DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}: "
        "a stream decides its own order; leave {name} out and shuffle in the dataset's __iter__",
        "IterableDataset 的 DataLoader 不接受 {name}，得到的是 {name}={value}：数据流自己决定顺序；"
        "请去掉 {name}，在数据集的 __iter__ 里打乱",
    ),
    "loader-sampler-and-shuffle": (
        "sampler option is mutually exclusive with shuffle: leave shuffle out, the sampler gives the order",
        "sampler 与 shuffle 不能同时给出：请去掉 shuffle，顺序由 sampler 决定",
    ),
    "loader-batch-sampler-alone": (
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last: it decides all of these",
        "batch_sampler 与 batch_size、shuffle、sampler、drop_last 不能同时给出：这些都由它决定",
    ),
    "loader-drop-last-without-batches": (
        "batch_size=None option disables auto-batching and is mutually exclusive with drop_last: leave drop_last out",
        "batch_size=None 表示不成批，与 drop_last 矛盾：请去掉 drop_last",
    ),
    "loader-many-workers": (
        "This DataLoader will create {num_workers} worker processes in total. Our suggested max number of worker in current "
        "system is {cores}, which is smaller than what this DataLoader is going to create. Write num_workers={cores}",
        "这个 DataLoader 将创建 {num_workers} 个工作进程，而本机建议最多 {cores} 个。请写 num_workers={cores}",
    ),
}
