"""Manajemen Periode: the assessment periods of an instansi, their check, and the official table of a year."""
