"""Lists as files: .xlsx and .csv written row by row, and sent while they grow."""
