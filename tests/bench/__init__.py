"""What is measured: `make bench` prints one table and writes build/bench.json.

Each measurement is a function registered in tests/bench/__main__.py that gives lines of the table (see lines.py).
"""
