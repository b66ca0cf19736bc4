"""How pages are written: languages, numbers, codes, templates."""
