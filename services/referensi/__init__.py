"""Reference data of e-Kinerja: its import."""
