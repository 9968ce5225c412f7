"""Texts of the random generator."""

ROWS = {
    "sobol-dimension": (
        "Supported range of dimensionality for SobolEngine is [1, {most}]", "SobolEngine 的维数应在 [1, {most}] 内"),
    "sobol-balance": (
        "The balance properties of Sobol' points require n to be a power of 2. {before} points have been previously generated, then: "
        "n={before}+2**{m}={total}. If you still want to do this, please use 'SobolEngine.draw()' instead.",
        "Sobol 点要均匀，总数应为 2 的幂：之前已有 {before} 个，{before}+2**{m}={total}。仍要这样做时请用 SobolEngine.draw()"),
    "seed-not-integer": (
        "manual_seed expected a long, but got {kind}: write manual_seed(int(seed))",
        "manual_seed 需要整数，得到的是 {kind}：请写 manual_seed(int(seed))",
    ),
    "seed-out-of-range": (
        "Overflow when unpacking long long: the seed {seed} does not lie between -2**63 and 2**64 - 1; "
        "write manual_seed(seed % 2**64)",
        "种子 {seed} 超出 -2**63 到 2**64 - 1 的范围；请写 manual_seed(seed % 2**64)",
    ),
    "generator-device": (
        "there is no device {device} for a generator: write torch.Generator()",
        "没有设备 {device} 上的随机数生成器：请写 torch.Generator()",
    ),
    "rng-state-dtype": (
        "RNG state must be a torch.ByteTensor, got {dtype}: pass what get_rng_state() or generator.get_state() returned",
        "随机数状态必须是 uint8 张量，得到的是 {dtype}：请传入 get_rng_state() 或 generator.get_state() 返回的值",
    ),
    "rng-state-size": (
        "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be {size}: "
        "pass what get_rng_state() or generator.get_state() returned",
        "随机数状态应有 5056 个字节，得到的是 {size} 个：请传入 get_rng_state() 或 generator.get_state() 返回的值",
    ),
    "rng-state-invalid": (
        "Invalid mt19937 state: left = {left} and next = {following} cannot be; "
        "pass what get_rng_state() or generator.get_state() returned",
        "无效的 mt19937 状态：left = {left}、next = {following} 不可能出现；"
        "请传入 get_rng_state() 或 generator.get_state() 返回的值",
    ),
    "random-dtype": (
        "\"{operation}\" is not implemented for {dtype}: it draws floating-point numbers; "
        "give a floating dtype, for example dtype=torch.float32, and convert the result with .to({dtype})",
        "“{operation}” 不支持 {dtype}：它产生浮点数；请使用浮点类型，例如 dtype=torch.float32，再用 .to({dtype}) 转换",
    ),
    "random-bound-outside-dtype": (
        "{name} is out of bounds for {dtype}: {bound} cannot be held; take a wider dtype or a smaller bound",
        "{name} 超出 {dtype} 的范围：存不下 {bound}；请换更宽的类型或更小的界限",
    ),
    "uniform-empty-range": (
        "uniform_ expects to return a [from, to) range, but found from={low} > to={high}: write uniform_({high}, {low})",
        "uniform_ 需要区间 [from, to)，但 from={low} > to={high}：请写 uniform_({high}, {low})",
    ),
    "uniform-range-too-wide": (
        "uniform_ expects to - from to be at most the largest {dtype}, but found from={low} and to={high}: "
        "draw from (0, 1) and scale, or take torch.float64",
        "uniform_ 要求 to - from 不超过 {dtype} 的最大值，但 from={low}、to={high}：请从 (0, 1) 取数再缩放，或使用 torch.float64",
    ),
    "normal-complex-std": ("normal expects standard deviation to be non-complex", "normal 的标准差不能是复数"),
    "normal-negative-deviation": (
        "normal expects std >= 0.0, but found std {std}: a standard deviation is not negative; "
        "of a variance take the square root",
        "normal 要求 std >= 0.0，但 std 是 {std}：标准差不能为负；若给的是方差，请先开平方",
    ),
    "normal-negative-deviations": (
        "normal expects all elements of std >= 0.0, but the lowest is {lowest}: write std.abs() if only the size is meant",
        "normal 要求 std 的所有元素 >= 0.0，但最小的是 {lowest}：若只需要大小，请写 std.abs()",
    ),
    "probability-outside": (
        "Expected p_in >= 0 && p_in <= 1 to be true: the probabilities given to bernoulli lie between {lowest} and {highest}; "
        "for logits write torch.bernoulli(torch.sigmoid(logits))",
        "bernoulli 的概率必须在 0 和 1 之间，实际在 {lowest} 和 {highest} 之间；"
        "若是 logits，请写 torch.bernoulli(torch.sigmoid(logits))",
    ),
    "bernoulli-probability": (
        "bernoulli_ expects p to be in [0, 1], but got p={p}: a percentage is written p / 100",
        "bernoulli_ 要求 p 在 [0, 1] 内，但 p={p}：若是百分数，请写 p / 100",
    ),
    "geometric-probability": (
        "geometric_ expects p to be in (0, 1), but got p={p}: a percentage is written p / 100",
        "geometric_ 要求 p 在 (0, 1) 内，但 p={p}：若是百分数，请写 p / 100",
    ),
    "parameter-not-positive": (
        "{operation} expects {name} > 0.0, but found {name}={value}: give a positive number",
        "{operation} 要求 {name} > 0.0，但 {name}={value}：请给正数",
    ),
    "randint-empty-range": (
        "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}: "
        "the range does not include 'to'; for the single value {low} write to={low} + 1",
        "random_ 要求 from 小于 to，但 from={low} >= to={high}：区间不含 to；若只要 {low} 一个值，请写 to={low} + 1",
    ),
    "randperm-negative": (
        "Trying to create tensor with negative dimension {n}: randperm(n) needs the number of elements, n >= 0",
        "不能创建负维度 {n} 的张量：randperm(n) 需要元素个数，n >= 0",
    ),
    "multinomial-dimensions": (
        "prob_dist must be 1 or 2 dim, got the shape {shape}: write weights.reshape(-1, weights.shape[-1])",
        "multinomial 的权重必须是 1 维或 2 维，得到的形状是 {shape}：请写 weights.reshape(-1, weights.shape[-1])",
    ),
    "multinomial-no-samples": (
        "cannot sample n_sample <= 0 samples: num_samples is {n}, give at least 1",
        "multinomial 至少要取 1 个样本，num_samples 是 {n}",
    ),
    "multinomial-too-many": (
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement: {n} of {categories}; "
        "write replacement=True or ask for at most {categories}",
        "不放回时最多取 {categories} 个，要求的是 {n} 个；请写 replacement=True，或最多取 {categories} 个",
    ),
    "multinomial-weights": (
        "probability tensor contains either `inf`, `nan` or element < 0: the weights lie between {lowest} and {highest}; "
        "for logits write torch.softmax(logits, -1)",
        "multinomial 的权重含有 inf、nan 或负数（在 {lowest} 和 {highest} 之间）；若是 logits，请写 torch.softmax(logits, -1)",
    ),
    "multinomial-no-weight": (
        "invalid multinomial distribution (sum of probabilities <= 0): every row needs a weight above 0",
        "无效的多项分布（概率之和 <= 0）：每一行至少要有一个大于 0 的权重",
    ),
    "poisson-negative-rate": (
        "invalid Poisson rate, expected rate to be non-negative: the lowest is {rate}; for log-rates write torch.exp(rates)",
        "无效的泊松率，必须非负：最小的是 {rate}；若给的是对数，请写 torch.exp(rates)",
    ),
}
