"""The composer: settings, addresses, consoles, command line, supervisor."""
