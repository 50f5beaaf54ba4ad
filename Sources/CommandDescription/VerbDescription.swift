// What a verb is and what may be typed after it: the one source of options, help, manual pages and completions.
