"""The catalogue of findings as data, one file per topic; `temuan.KATALOG` joins them."""
