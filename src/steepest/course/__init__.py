"""The course: every program of the notes as a file that runs, what the notes print for it, and what they hold wrong.

The programs lie in `programs/` with the text of the notes wherever that text runs.
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROGRAMS", "Program", "data_path", "path_of"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Program:
    """One program: its row in the course, the note it stands in, and what to know before running it.

    `prints` is what the note prints (or must print), line by line as far as it does not depend on chance; `wrong` is the bug
    in the note's own text; `beside` are files the program reads; `needs` are packages that steepest does not bring;
    `arguments` are what `steepest course` starts the program with. For `steepest show`: `loss` is an expression over the program's names
    that is its loss, a function of `by`, where the program descends by hand or not at all; `formula` is what to derive; `shows` is the
    text that says why there is nothing to draw.
    """

    row: int
    name: str
    note: str
    title: tuple[str, str]
    prints: str = ""
    wrong: tuple[str, str] | None = None
    beside: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    loss: str = ""
    by: str = ""
    formula: str = ""
    shows: str = ""

    @property
    def file(self) -> str:
        """The name of the program's file."""
        return f"{self.row:02}_{self.name}.py"


def path_of(program: Program) -> Path:
    """Where the program's file lies in the package."""
    return HERE / "programs" / program.file


def data_path(name: str) -> Path:
    """Where a file that a program reads lies in the package."""
    return HERE / "programs" / name if name.endswith(".py") else HERE.parent / "datasets" / name


PROGRAMS = (
    Program(
        1, "scatter_of_houses", "000", ("six houses as points", "六套房子的散点图"),
        loss="((m * torch.as_tensor(X) + b - torch.as_tensor(Y)) ** 2).mean()", by="m=1.0,b=100.0", formula="(m * x + b - y) ** 2",
    ),
    Program(
        2, "line_through_all_pairs", "000",
        ("a line through every pair of houses, and its error", "两两连线求平均，以及均方误差"),
        prints="70.89464479297973",
        loss="((m * torch.as_tensor(data[:, 0]) + b - torch.as_tensor(data[:, 1])) ** 2).mean()",
        by="m=1.0,b=100.0", formula="(m * x + b - y) ** 2",
    ),
    Program(
        3, "gradient_descent_by_hand", "000", ("gradient descent by hand on the houses", "手写梯度下降拟合房价"),
        prints="loss=42.8698,m=1.0859,b=122.6760   (after 30,000,000 steps; started here with 300,000)",
        wrong=("`i` is counted up but never set", "`i` 没有初始化就累加"),
        arguments=("300000",),
        loss="gradientdecent(m, b, data, lr)[0]", by="m=1.0,b=1.0", formula="(m * x + b - y) ** 2",
    ),
    Program(
        4, "requires_grad", "000", ("what requires_grad switches on", "requires_grad 的作用"),
        prints="<PowBackward0 object at ...>\nNone\ntensor([True])",
    ),
    Program(
        5, "gradient_of_a_mean", "000", ("the gradient of a mean, and how gradients add up", "均值的梯度与梯度累加"),
        prints="x.grad and 2 * (x + 2): equal vectors",
    ),
    Program(
        6, "sgd_and_mse_loss", "000", ("w x with MSELoss and SGD", "用 MSELoss 与 SGD 拟合 w x"),
        prints="epoch:90,w=1.9999992847442627,loss=0.00000000",
    ),
    Program(7, "every_optimizer", "000", ("every optimizer of the note's list", "笔记中列出的全部优化器")),
    Program(
        8, "make_regression", "000", ("data from sklearn, a Module with one Linear", "sklearn 生成数据，定义模型类"),
        needs=("sklearn",),
    ),
    Program(
        9, "loss_against_w", "001", ("the loss against w, 0.0 to 4.0", "损失随 w 的变化，0.0 到 4.0"),
        prints="w= 2.0\nMSE= 0.0",
        loss="sum(loss(x, y) for x, y in zip(x_data, y_data)) / 3", by="w=0.0", formula="loss(x, y)",
    ),
    Program(
        10, "loss_over_w_and_b", "001", ("the loss over (w, b), as a surface", "损失曲面 (w, b)"),
        wrong=(
            "`Axes3D(fig)` draws nothing in today's matplotlib, and `reshape(21,31)` exchanges w and b",
            "`Axes3D(fig)` 在如今的 matplotlib 中什么也不画，`reshape(21,31)` 把 w 与 b 弄反了",
        ),
        loss="sum(loss(x, y) for x, y in zip(x_data, y_data)) / 3", by="w=0.0,b=-1.0", formula="loss(x, y)",
    ),
    Program(
        11, "gradient_descent", "001", ("gradient descent by hand, 100 epochs", "手写梯度下降，100 轮"),
        prints="Predict(after training) 4 7.999777758621207",
        loss="cost(x_data, y_data)", by="w=1.0", formula="(forward(x) - y) ** 2",
    ),
    Program(
        11, "stochastic_gradient_descent", "001", ("stochastic gradient descent by hand", "手写随机梯度下降"),
        prints="Predict(after training) 4 7.9999999999996945",
        loss="sum(loss(x, y) for x, y in zip(x_data, y_data)) / 3", by="w=1.0", formula="loss(x, y)",
    ),
    Program(
        12, "backward_and_w_data", "001", ("backward() and the step on w.data", "反向传播，在 w.data 上更新"),
        wrong=("`.item` without `()`, `plt.set_tittle`", "`.item` 少了 `()`，`plt.set_tittle` 并不存在"),
        formula="loss(x, y)",
    ),
    Program(
        13, "quadratic_model", "001", ("w1 x^2 + w2 x + b: three gradients", "w1 x^2 + w2 x + b：三个梯度"),
        wrong=("`.item` without `()`", "`.item` 少了 `()`"),
        formula="loss(x, y)",
    ),
    Program(14, "linear_model", "001", ("a linear model as a Module, 1000 steps", "线性模型类，1000 步")),
    Program(15, "logistic_regression", "001", ("logistic regression on hours of study", "逻辑回归：学习时间与是否及格")),
    Program(
        16, "diabetes", "001", ("the diabetes table, 8-6-4-1, 100,000 epochs", "糖尿病数据，8-6-4-1，100,000 轮"),
        beside=("diabetes.csv",),
    ),
    Program(
        17, "diabetes_in_mini_batches", "001",
        ("the same with Dataset, DataLoader and workers", "同上，Dataset 与 DataLoader，多进程"),
        wrong=("workers need the `__main__` guard", "使用多进程时需要 `__main__` 保护"),
        beside=("diabetes.csv",),
        arguments=("10",),
    ),
    Program(18, "mnist_mlp", "001", ("ten classes: MNIST by an MLP", "多分类：全连接网络识别 MNIST"), beside=("digits.py",)),
    Program(18, "mnist_convnet", "001", ("ten classes: MNIST by a convnet", "多分类：卷积网络识别 MNIST"), beside=("digits.py",)),
    Program(19, "gradient_of_a_square", "002", ("the derivative of x^2 at 1", "x^2 在 1 处的导数"), prints="tensor(2.)"),
    Program(
        20, "scaled_gradient", "002", ("w_n = 2 - 1/2^(n-1), exactly", "w_n = 2 - 1/2^(n-1)，精确值"),
        prints="1, 3/2, 7/4, 15/8, 31/16, 63/32, 127/64",
    ),
    Program(
        21, "gradient_descent_in_matrices", "002", ("least squares by gradient descent in matrices", "梯度下降的矩阵表示"),
        prints=(
            "tensor([[1.0372],\n        [0.9102]], grad_fn=<SubBackward0>)\n"
            "tensor([[1.0000],\n        [1.0000]], grad_fn=<SubBackward0>)\ntensor([[2.8518e-10]], grad_fn=<MmBackward>)"
        ),
        wrong=("divides by 2 where the formula has m (the same here)", "公式中是除以 m，程序除以 2（此处 m 恰为 2）"),
        loss="((X @ w - y) ** 2).sum() / 4", by="w=torch.zeros(2, 1)", formula="((X @ w - y) ** 2).sum() / (2 * m)",
    ),
    Program(
        22, "perceptrons", "003", ("a perceptron with one output, then two", "单输出与多输出感知机"),
        prints="torch.Size([])\ntensor(..., grad_fn=<MseLossBackward0>)",
    ),
    Program(
        23, "chain_rule", "003", ("the chain rule by torch.autograd.grad", "链式法则"), prints="tensor(2.)\ntensor(2.)",
        loss="(x * w1 + b1) * w2 + b2", by="w1=2.0,w2=2.0",
    ),
    Program(
        24, "himmelblau", "003", ("Himmelblau's function by Adam", "Himmelblau 函数与 Adam"),
        prints=(
            "step0:x=[0.0009999999310821295, 0.0009999999310821295],f(x)=170.0\n"
            "step2000:x=[2.3331806659698486, 1.9540694952011108],f(x)=13.730916023254395\n"
            "step4000:x=[2.9820079803466797, 2.0270984172821045],f(x)=0.014858869835734367\n"
            "step6000:x=[2.999983549118042, 2.0000221729278564],f(x)=1.1074007488787174e-08\n"
            "step8000:x=[2.9999938011169434, 2.0000083446502686],f(x)=1.5572823031106964e-09\n"
            "step10000:x=[2.999997854232788, 2.000002861022949],f(x)=1.8189894035458565e-10\n"
            "step12000:x=[2.9999992847442627, 2.0000009536743164],f(x)=1.6370904631912708e-11\n"
            "step14000:x=[2.999999761581421, 2.000000238418579],f(x)=1.8189894035458565e-12\n"
            "step16000:x=[3.0, 2.0],f(x)=0.0\nstep18000:x=[3.0, 2.0],f(x)=0.0"
        ),
        wrong=("`fig.gca(projection='3d')` is gone from matplotlib", "`fig.gca(projection='3d')` 已被 matplotlib 移除"),
    ),
    Program(
        25, "tolist", "003", ("tolist(): nested lists", "tolist()：嵌套列表"), prints="[1.0, 1.0, 1.0, 1.0, 1.0]",
        wrong=("`np.mat` is gone from NumPy", "`np.mat` 已被 NumPy 移除"),
        shows="show-no-loss-there",
    ),
    Program(
        26, "view_broadcasting_graph", "004",
        ("view, broadcasting, .data and .grad, the graph", "view、广播、.data 与 .grad、计算图"),
        wrong=(
            "`1.backward()` for `l.backward()`, lost indentation",
            "`l.backward()` 误写为 `1.backward()`，缩进丢失",
        ),
    ),
    Program(
        27, "computation_graph", "004", ("local derivatives on the edges of the graph", "计算图各边上的局部偏导数"),
        loss="(x + y) * torch.sigmoid(y)", by="x=2.0,y=1.0",
    ),
    Program(
        28, "divergence_saddle_batches", "004", ("too large a step, a saddle, three kinds of batch", "步长过大、鞍点与三种批量"),
        wrong=("`gradient` drops w; `np.sqrt(a, 2)` for a square", "`gradient` 漏掉了 w；用 `np.sqrt(a, 2)` 求平方"),
    ),
    Program(29, "validation_and_test", "004", ("validation, overfitting, prediction", "验证集、过拟合与预测")),
)
