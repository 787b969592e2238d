"""The selection compiler: output types declared once, any selection over them answered by one SQL statement."""
