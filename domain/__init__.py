"""The business: commands, rules, tables and queries."""
