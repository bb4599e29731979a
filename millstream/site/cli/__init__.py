"""The command line: `millstream COMMAND`. Its console speaks English, to the person who runs the machine."""
