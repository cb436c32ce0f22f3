"""SKP, RHK and indikator as they stand in e-Kinerja."""
