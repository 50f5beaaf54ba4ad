// The verbs as engines type them.
