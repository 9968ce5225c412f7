# Row 5 of the course, note 000: z = mean(3(x+2)^2) has the gradient 2(x+2). The note's text, unmodified; after it
# what the note shows in pictures: a non-scalar has no backward, gradients add up until grad.zero_().

# 多层神经网络计算梯度案例
# x中的特征数据批量定义,batch=3
import torch

x = torch.randn(3,requires_grad=True)
#x = {x1,x2,x3}
# 第二层定义
y = x + 2
# 输出层定义
z = 3 * y ** 2 # 3倍的y的平方

#建立J函数,可向后传播(此处J=z.mean(),该函数无实际意义
z = z.mean() # z = (z1+z2+z3)/3 只有标量可以向后传播
#%%

print(x)
print(y)
print(z)
#%%

z.backward()
print(x.grad)
print(2 * (x + 2))

# 3.3 梯度清空
try:
    (3 * (x + 2) ** 2).backward()
except RuntimeError as error:
    print("message:", error)

for _ in range(3):
    (3 * (x + 2) ** 2).mean().backward()
    print(x.grad)

for _ in range(3):
    x.grad.zero_()
    (3 * (x + 2) ** 2).mean().backward()
    print(x.grad)
