import sys

import pandas as pd

pd.DataFrame({"a": [1]}).to_pickle(sys.stdin.read())
