# Row 24 of the course, note 003: Himmelblau's function, its surface, and its four minima found by Adam from four starts.
# Corrected: fig.gca(projection=...) is gone, and the note leaves out the line that draws the surface. The note runs from
# (0, 0) and names the three other starts in a comment; all four run here.

import numpy as np
from matplotlib import pyplot as plt
import torch


def himmelblau(x): #定义检测函数
    return (x[0]**2 + x[1] - 11)**2 + (x[0] + x[1]**2 - 7)**2


x = np.arange(-6,6,0.1)
y = np.arange(-6,6,0.1)
print('x,y range:',x.shape,y.shape)
X,Y = np.meshgrid(x,y) #快速生成坐标矩阵,
print('x,y maps:',X.shape,Y.shape)
Z = himmelblau([X,Y])
fig = plt.figure('himmeblau')
ax = fig.add_subplot(projection='3d')
ax.plot_surface(X,Y,Z,cmap='rainbow')
ax.view_init(60,-30)
ax.set_xlabel('x')
ax.set_ylabel('y')
plt.show()

#梯度下降
for start in [0.,0.],[1.,0.],[-4.,0.],[4.,0.]: #初始化的值
    x = torch.tensor(start,requires_grad=True)
    optimizer = torch.optim.Adam([x],lr=1e-3) #待优化参数,学习率默认。每次更新在这里进行
    for step in range(20000):
        pred = himmelblau(x)
        optimizer.zero_grad() #将模型参数梯度初始化为0
        pred.backward() #反向传播计算梯度, 当得到的梯度值为0时是极小值,这时候的x,y值代入模型值的局部最小值
        optimizer.step() #更新所有参数,将x,y更新为新得到的,x'=x-lr*x梯度,y'=y-lr*y梯度
        if step % 2000 == 0:
            print('step{}:x={},f(x)={}'.format(step,x.tolist(),pred.item()))
