"""Version 1 of the API, one module per capability; the `*_shapes` modules hold what goes in and out."""
