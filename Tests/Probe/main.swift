// The small program that kernel tests start.
