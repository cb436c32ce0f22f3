"""Unit kerja and who leads them, as an admin sees and changes them."""
