# Row 10 of the course, note 001: the loss of y = w x + b as a surface over (w, b).
# Corrected: reshape(21,31) mixed up the axes (w is the outer loop, so the grid is (31,21), transposed for meshgrid),
# Axes3D(fig) draws nothing in today's matplotlib, and %matplotlib is no Python.

import numpy as np
import matplotlib.pyplot as plt

x_data=[1.0,2.0,3.0]
y_data=[3.0,5.0,7.0]

def forward(x):
    return x*w+b

def loss(x,y):
    y_pred=forward(x)
    return (y_pred-y)*(y_pred-y)

w_list=[]
mse_list=[]
b_list=[]
for w in np.arange(0.0,3.1,0.1):
    for b in np.arange(-1,1.1,0.1):
        print('w=',w)
        print('b=',b)
        l_sum=0
        for x_val,y_val in zip(x_data,y_data):
            y_pred_val=forward(x_val)
            loss_val=loss(x_val,y_val)
            l_sum+=loss_val
            print('\t',x_val,y_val,y_pred_val,loss_val)
        print('MSE=',l_sum/3)
        w_list.append(w)
        b_list.append(b)
        mse_list.append(l_sum/3)
W=np.array(w_list)
W=np.unique(W)
B=np.array(b_list)
B=np.unique(B)
MSE=np.array(mse_list)

W,B=np.meshgrid(W,B)
MSE=MSE.reshape(31,21).T
fig=plt.figure()
ax=fig.add_subplot(projection="3d")
ax.plot_surface(W, B, MSE, cmap='rainbow')

ax.set_xlabel('W', color='b')
ax.set_ylabel('B', color='g')
ax.set_zlabel('MSE', color='r')
plt.show()
