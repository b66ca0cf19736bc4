"""The pages: one a module, which names it PAGE, with a folder of templates of the same name."""
