"""What may be exported: the lists of the read schema, their columns, and what people call them."""
