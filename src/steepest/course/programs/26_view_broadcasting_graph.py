# Row 26 of the course, note 004: view, broadcasting, what .data and .grad are, and the graph that frees itself.
# The note has words for the first part and a program with lost lines for the second (`1.backward()` is `l.backward()`,
# its loss is that of y = x w).

import torch

# tensor.data.view()相当于reshape, 重组张量的维度。
a = torch.arange(6)
v = a.view(2, 3)
v[0, 0] = 100
print(a, v.shape)  # the same memory

# pytorch的广播机制
row = torch.tensor([[1., 2., 3.]])
column = torch.tensor([[10.], [20.]])
print((row + column).shape)
print(row + column)

x_data = [1.0, 2.0, 3.0]
y_data = [2.0, 4.0, 6.0]

w = torch.Tensor([1.0])
w.requires_grad = True  # 是否存储梯度


def loss(x, y):
    return (x * w - y) ** 2


for epoch in range(100):
    for x, y in zip(x_data, y_data):
        l = loss(x, y)
        l.backward()  # 自动进行关于loss的反向传播,通过w和x的grad属性获取w和x关于loss的导数
        if epoch % 20 == 0:
            print("grad = ", w.grad.item())  # .item()可以直接取出tensor中的数值最为标量存在
        w.data -= 0.01 * w.grad.data
        w.grad.data.zero_()  # 将梯度重新置零
print("w =", w.item())

# grad也是tensor, 在与data共同使用时要取grad.data
print(w.data.requires_grad, w.grad.requires_grad, w.requires_grad)

# 在计算完成后框架自动释放计算图
l = loss(1.0, 2.0)
print(l.grad_fn is None, l.requires_grad)
l.backward()
try:
    l.backward()
except RuntimeError as error:
    print("message:", error)
