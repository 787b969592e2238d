"""What fills the first demo company: a year of real trade, or one made up in its shape."""
