// The life of a container, on the kernel.
