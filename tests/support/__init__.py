"""What several floors of tests share: real servers."""
