"""The console as a web server sees it: headers, limits, errors, files."""
