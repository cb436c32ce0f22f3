"""Who a person is in e-Kinerja: reading."""
