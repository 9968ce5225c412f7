"""Texts of the report on a trained table: headings, sentences, the form that predicts, the metrics explained."""

ROWS = {
    # The report
    "report-title": ("Predicting {target} from {data}", "由 {data} 预测 {target}"),
    "report-heading-problem": ("The problem", "问题"),
    "report-heading-faults": ("What to know about the data", "数据须知"),
    "report-heading-results": ("How good it is", "效果如何"),
    "report-heading-curve": ("How it learnt", "学习过程"),
    "report-heading-scatter": ("Predicted against true", "预测值与真实值"),
    "report-heading-confusion": ("Confusion matrix", "混淆矩阵"),
    "report-heading-thresholds": ("Precision and recall", "查准率与查全率"),
    "report-heading-calibration": ("Do the probabilities hold?", "概率可信吗？"),
    "report-heading-importance": ("Which columns matter", "哪些列重要"),
    "report-heading-dependence": ("How the prediction depends on them", "预测如何依赖这些列"),
    "report-heading-doctor": ("What the doctor says", "诊断"),
    "report-thresholds": (
        "A test row is predicted to be {second!r} from this probability on (* the one in use). Precision: of the rows predicted {second!r}, "
        "the share that is. Recall: of the rows that are {second!r}, the share that is predicted so.",
        "测试数据中概率达到阈值的行预测为 {second!r}（* 表示采用的阈值）。查准率：预测为它的行中确实是它的比例；查全率：确实是它的行中被预测出来的比例。",
    ),
    "report-threshold-at": ("threshold", "阈值"),
    "report-threshold-precision": ("precision", "查准率"),
    "report-threshold-recall": ("recall", "查全率"),
    "report-threshold-rows": ("rows predicted", "预测为它的行数"),
    "report-word-likeliest": ("the predicted class", "预测的类别"),
    "report-word-said": ("probability of {what}", "{what} 的概率"),
    "report-word-share": ("share of rows that are {what}", "其中 {what} 的实际比例"),
    "report-word-diagonal": ("perfectly calibrated", "完全校准"),
    "report-calibration-alt": (
        "The test rows in {parts} groups of equal size, by the probability that the model gave: how many of a group really are {what}. On "
        "average the two differ by {error}.",
        "把测试数据按模型给出的概率分成 {parts} 个等大的组：每组中 {what} 的实际比例。两者平均相差 {error}。",
    ),
    "report-loss-class": ("log loss", "对数损失"),
    "report-loss-regression": ("absolute error", "绝对误差"),
    "report-grows": ("growth of the {loss} when the column is shuffled", "打乱该列后{loss}的增加"),
    "report-importance-alt": (
        "How much the {loss} grows on average when a column is shuffled among the rows, with 95 % intervals; most for {first} ({grows}).",
        "打乱一列后{loss}平均增加多少（95 % 区间）；{first} 最多（{grows}）。",
    ),
    "report-dependence": (
        "The mean prediction when the column is set to one value in all rows, the others left as they are. It is what the model does, not "
        "what changing the column would do in the world.",
        "把该列在所有行中设为同一个值、其他列不变时的平均预测。这说明的是模型的行为，而不是现实中改变该列的后果。",
    ),
    "report-dependence-alt": ("Mean prediction along {column}: from {least} to {most}.", "随 {column} 变化的平均预测：从 {least} 到 {most}。"),
    "report-dependence-class": ("probability of {label}", "{label} 的概率"),
    "report-network-bins": (" (numbers through bins)", "（数字经过分箱）"),
    "report-rate-chosen": (" (the best of some, by the validation loss of short runs)", "（由短训练的验证损失选出）"),
    "report-rate-fixed": (" (fixed for classes of few rows; --lr auto searches)", "（类别任务数据少，因此固定；--lr auto 会搜索）"),
    "report-network-cosine": (
        "Networks averaged: {members} of {model}, features: {features}{bins}; optimizer {optimizer}, learning rate {lr:g}{rate}, "
        "falling to 0 over {epochs} epochs.",
        "{members} 个 {model} 网络取平均，{features} 个特征{bins}；优化器 {optimizer}，学习率 {lr:g}{rate}，在 {epochs} 轮中降到 0。",
    ),
    "report-heading-form": ("Try it", "试一试"),
    "form-about": (
        "Set the columns and see what the model says about {target}: the columns that matter most stand first, an empty field is a missing "
        "cell. It is computed in this page; nothing is sent anywhere.",
        "设置各列的值，看模型对 {target} 的预测：最重要的列在前，空白表示缺失。计算在本页进行，不会发送任何数据。",
    ),
    "form-prediction": ("prediction:", "预测："),
    "form-missing": ("missing", "缺失"),
    "form-other": ("another value", "其他值"),
    "form-value": ("value", "值"),
    "form-further": ("further columns", "其他列"),
    "report-heading-columns": ("Columns", "各列"),
    "report-heading-training": ("Training", "训练"),
    "report-heading-again": ("Again, and on new rows", "重现与预测新数据"),
    "report-problem": (
        "{data}, rows: {rows:,}; columns used: {numbers} of numbers, {categories} of categories, {dates} of dates.",
        "{data}：{rows:,} 行；使用 {numbers} 个数字列、{categories} 个类别列和 {dates} 个日期列。",
    ),
    "report-task-regression": ("Task: regression, {target} is a number.", "任务：回归，{target} 是数字。"),
    "report-task-binary": (
        "Task: two classes of {target}, {shown}; AUC and the curves below are about the second.",
        "任务：{target} 的两个类别 {shown}；AUC 和下面的曲线针对第二个类别。",
    ),
    "report-task-multiclass": ("Task: {classes} classes of {target}: {shown}.", "任务：{target} 的 {classes} 个类别：{shown}。"),
    "report-plan-holdout": (
        "Rows to learn from: {learnt:,} (each network keeps some of them to choose when to stop); kept for the test and used once: "
        "{tested:,}.",
        "用 {learnt:,} 行学习（每个网络留出一部分决定何时停止）；{tested:,} 行留作测试，只用一次。",
    ),
    "report-plan-time": (
        "Rows to learn from: the {learnt:,} earliest by {time}; kept for the test and used once: the {tested:,} latest.",
        "按 {time} 的先后，用最早的 {learnt:,} 行学习；最晚的 {tested:,} 行留作测试，只用一次。",
    ),
    "report-plan-folds": (
        "The model learnt from all {learnt:,} rows. The numbers are those of {folds} further models, each trained and chosen without "
        "the rows that it is tested on; {tested:,} rows were tested.",
        "模型用全部 {learnt:,} 行学习。下面的数字来自另外 {folds} 个模型，每个都在训练和选择时没有见过用来测试它的行；共测试 {tested:,} 行。",
    ),
    "report-plan-each": (
        "The model learnt from all {learnt:,} rows. The numbers are those of {folds} further models, each tested on the one row that it "
        "was not given.",
        "模型用全部 {learnt:,} 行学习。下面的数字来自另外 {folds} 个模型，每个只用没有给它的那一行来测试。",
    ),
    "report-no-faults": ("No fault was found in the columns.", "各列没有发现问题。"),
    "report-ask": (
        "Three things the data cannot tell: is every column known when a prediction is wanted? Will new rows be later "
        "than these? Do several rows belong to one person, place or thing?",
        "数据本身无法回答的三个问题：预测时每一列都已知吗？新数据会晚于这些数据吗？是否有多行属于同一个人、地点或事物？",
    ),
    "report-results": (
        "On the test rows ({rows:,}); * the best where they differ",
        "在 {rows:,} 行测试数据上；* 表示有差别时最好的",
    ),
    "report-better": (
        "By {metric}, another did better on these rows: {who} {theirs}, this model {ours}",
        "按 {metric}，这些行上有更好的：{who} {theirs}，本模型 {ours}",
    ),
    "report-no-signal": (
        "By {metric} this model ({ours}; {between}) cannot be told from {simplest} ({theirs}): the columns may say nothing about {target}.",
        "按 {metric}，本模型（{ours}；{between}）与{simplest}（{theirs}）没有可靠的差别：这些列可能与 {target} 无关。",
    ),
    "report-better-inside": (" (inside the 95 % interval).", "（在 95 % 区间之内）。"),
    "report-better-outside": (" (outside the 95 % interval).", "（在 95 % 区间之外）。"),
    "report-model": ("this model", "本模型"),
    "report-linear": ("linear model", "线性模型"),
    "report-trees": ("boosted trees", "提升树"),
    "report-mean": ("always the mean", "总是取平均值"),
    "report-majority": ("always the majority", "总是取多数类"),
    "report-word-epoch": ("epoch", "轮"),
    "report-word-loss": ("loss", "损失"),
    "report-word-train": ("training", "训练"),
    "report-word-validation": ("validation", "验证"),
    "report-word-best": ("kept", "保留"),
    "report-word-true": ("true {target}", "{target} 的真实值"),
    "report-word-predicted": ("predicted {target}", "{target} 的预测值"),
    "report-word-perfect": ("predicted = true", "预测 = 真实"),
    "report-curve-alt": (
        "Loss by epoch: {train} on training rows after {epochs} epochs; on validation {loss} in epoch {best}, whose weights were kept.",
        "各轮的损失：{epochs} 轮后训练损失为 {train}；保留的是第 {best} 轮的权重，其验证损失为 {loss}。",
    ),
    "report-curve-mean": ("Means over the {members} networks.", "为 {members} 个网络的平均。"),
    "report-curve-of-other": (
        "This is the run of {trained}; the {model} model was taken in its place.",
        "这是 {trained} 的学习过程；最终采用的是 {model} 模型。",
    ),
    "report-scatter-alt": (
        "Predicted against true values of the test rows ({rows:,}; at most 2,000 are drawn). R2: {r2}.",
        "测试数据（{rows:,} 行，最多画 2,000 行）的预测值与真实值。R2：{r2}。",
    ),
    "report-confusion": (
        "Test rows; down: true {target}, across: predicted",
        "测试数据；纵向：{target} 的真实类别，横向：预测类别",
    ),
    "report-column-name": ("column", "列"),
    "report-column-kind": ("kind", "类型"),
    "report-column-distinct": ("different", "不同值"),
    "report-column-missing": ("missing", "缺失"),
    "report-network": (
        "Model {model}, features: {features}; optimizer {optimizer}, learning rate {lr:g}{rate}, halved when validation stands still.",
        "模型 {model}，{features} 个特征；优化器 {optimizer}，学习率 {lr:g}{rate}，验证损失停滞时减半。",
    ),
    "report-seconds": ("Learning and testing took {seconds} s.", "学习与测试共用时 {seconds} 秒。"),
    "metric-accuracy": (
        "accuracy: share of rows whose predicted class is the true one.",
        "accuracy：预测类别就是真实类别的行的比例。",
    ),
    "metric-balanced-accuracy": (
        "balanced accuracy: share of a class's rows that is found, as a mean over the classes.",
        "balanced accuracy：各类别被找到的比例的平均值。",
    ),
    "metric-log-loss": (
        "log loss: mean of -ln of the probability given to the true class.",
        "log loss：真实类别所得概率的 -ln 的平均值。",
    ),
    "metric-auc": (
        "AUC: chance that a row of the second class gets a higher probability of it than a row of the first.",
        "AUC：第二类的行比第一类的行得到更高概率的机会。",
    ),
    "metric-rmse": ("RMSE: root of the mean squared error, in the target's unit.", "RMSE：均方误差的平方根，与目标同单位。"),
    "metric-mae": ("MAE: mean absolute error, in the target's unit.", "MAE：平均绝对误差，与目标同单位。"),
    "metric-r2": (
        "R2: 1 for perfect predictions, 0 for always the mean of these rows.",
        "R2：完美预测为 1，总是取这些行的平均值为 0。",
    ),
    "report-column-picture": ("what it holds", "内容"),
    "report-trees-are": ("boosted trees: scikit-learn's HistGradientBoosting with its usual settings.", "提升树：scikit-learn 的 HistGradientBoosting，默认设置。"),
}
