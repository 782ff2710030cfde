"""The process: command line, settings, composition, update intake and web server."""
