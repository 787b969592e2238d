"""How fast the parts are, beside what PostgreSQL itself and other systems do on the same machine in the same run."""
