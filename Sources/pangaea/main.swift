// The program for people; everything is in Commands.
