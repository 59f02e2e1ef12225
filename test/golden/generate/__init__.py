"""One module per golden file, each with a `make()` that returns the content of its file."""
