# Row 6 of the course, note 000: w·x fitted with MSELoss and SGD.
# The note's text, unmodified.

import torch
import torch.nn as nn

X = torch.tensor([1,2,3,4],dtype=torch.float32)
Y = torch.tensor([2,4,6,8],dtype=torch.float32)
W = torch.tensor(0.0,dtype=torch.float32,requires_grad=True)
#向前传播
def forward(X):
    return W * X
# pytorch方法调用MSE损失函数
loss = torch.nn.MSELoss()
learning_rate = 0.01
n_iters = 100
loss = nn.MSELoss()
optimizer = torch.optim.SGD([W],lr = learning_rate)
print(optimizer)

for epoch in range(n_iters):
# 1.正向传播
    y_pre = forward(X)
#2.计算损失
    l = loss(Y,y_pre)
# 3.向后传播 (计算梯度)
    l.backward()
#4.更新权重,即向梯度反方向走一步,由优化器完成
# 与之前对比,好处是只需要使用优化器的方法即可,多个参数只要一个语句
    optimizer.step()
#5.清空梯度,由优化器完成
    optimizer.zero_grad()
    if epoch % 10 == 0:
        print(f"epoch:{epoch},w={W},loss={l:.8f}")
