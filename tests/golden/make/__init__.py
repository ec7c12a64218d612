"""The parts of make_golden.py, one kind of golden file each."""
