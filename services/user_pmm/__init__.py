"""Manajemen User PMM: who may sync, adding and removing them, the list as Excel."""
