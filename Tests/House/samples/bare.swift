let x = 1  // path: Tests/XTests/Bare.swift expect: opens without a sentence
