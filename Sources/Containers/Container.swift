// One container: what is written down about it, and what it is doing now.
