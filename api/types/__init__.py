"""Output types and root fields, one file for each domain folder, declared once for schema and SQL."""

from dataclasses import replace

from sqlalchemy import func

from api.read.scalars import DECIMAL

EXACT = replace(DECIMAL, show=func.trim_scale)  # quantities and money: exact, without idle zeros
