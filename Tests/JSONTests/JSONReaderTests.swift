// What is JSON and what is not.
