"""Makes the pickles beside it. Python 3: `python3 make.py`; Python 2: `python2.7 make.py`.

What the evil ones would call is `echo`; no test runs them.
"""
import os
import pickle
import sys

SET = {
    "train": [[(60, 64, 67), (), (62,)], [(21, 108)]],
    "valid": [[[61, 65], [65, 61]]],
    "test": [[(60, 64, 67, 72), (59,)]],
}


class Evil(object):
    def __reduce__(self):
        return os.system, ("echo this must never be seen",)


def write(name, value, protocol):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, "wb") as file:
        file.write(pickle.dumps(value, protocol))


major = sys.version_info[0]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    write("py%d_p%d.pickle" % (major, protocol), SET, protocol)
if major == 3:
    for protocol in (0, 2, 4):
        write("evil_p%d.pickle" % protocol, dict(SET, train=[[(Evil(),)]]), protocol)
