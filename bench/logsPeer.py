"""Reads lines of an access log with a regular expression, as scripts do, and prints how long it took."""

import re
import sys
import time

line_of = re.compile(
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) ([^"]*)" (\d{3}) (\S+) "([^"]*)" "([^"]*)"$'
)
path, most = sys.argv[1], int(float(sys.argv[2]))
start, used = time.perf_counter(), time.process_time()
rows = 0
total = 0
with open(path, encoding='utf-8') as file:
    for i, line in enumerate(file):
        if i >= most:
            break
        found = line_of.match(line)
        if found:
            rows += 1
            total += int(found[9])
print(f'{rows:,} lines in {time.perf_counter() - start:.1f} s, {time.process_time() - used:.1f} s of processor')
