# Row 1 of the course, note 000: six houses, area against price, as points.
# The first lines of the note's program, up to the picture.

import  numpy as np
import matplotlib.pyplot as plt

data = np.array(
    [
        [80,200],
        [95,230],
        [104,245],
        [112,247],
        [125,259],
        [135,262]
    ]
)

X = data[:,0]
Y = data[:,1]
# 绘制图形
plt.scatter(X,Y,c="red")
plt.show()
