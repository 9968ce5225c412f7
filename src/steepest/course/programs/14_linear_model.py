# Row 14 of the course, note 001: a Module with one Linear, MSELoss(reduction='sum') and SGD, 1000 steps.
# The note's text, unmodified.

import torch
x_data=torch.Tensor([[1.0],[2.0],[3.0]])
y_data=torch.Tensor([[2.0],[4.0],[6.0]])

class LinearModel(torch.nn.Module):#LinearModel相当于是继承torch.nn.Module的子类
    def __init__(self):#Python中类的初始化都是__init__()
        super(LinearModel,self).__init__()#继承父类的__init__方法,在__init__初始化方法后还想继承父类的__init__(),就在子类中使用super()函数
        self.linear=torch.nn.Linear(1,1)#定义子类的linear属性

    def forward(self,x):
        y_pred=self.linear(x)#调用子类的linear属性
        return y_pred
model=LinearModel()#创建类LinearModel的实例

criterion=torch.nn.MSELoss(reduction='sum')#损失函数
optimizer=torch.optim.SGD(model.parameters(),lr=0.01)#优化器

for epoch in range(1000):#训练迭代
    y_pred=model(x_data)
    loss=criterion(y_pred,y_data)
    print(epoch,loss.item())

    optimizer.zero_grad()#梯度清零
    loss.backward()#反向传播
    optimizer.step()#计算梯度,梯度更新

print('w =',model.linear.weight.item())
print('b =',model.linear.bias.item())

x_test=torch.Tensor([4.0])
y_test=model(x_test)
print('y_pred =',y_test.data)
