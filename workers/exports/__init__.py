"""Lists as files: what a query of the list would answer, all of it, in CSV or in a workbook."""
