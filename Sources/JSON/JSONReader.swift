// Reads JSON byte by byte, without a tree in between: what is not asked for costs nothing but the skipping.
