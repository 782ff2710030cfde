"""Floor 5: the process: command line, settings, composition, logging, web server, health."""
