"""Fills a new Tryton database as far as its own test tools do. Run by the Python of Tryton's virtual environment:

python tryton_setup.py CONFIG DATABASE
"""
# pyright: reportMissingImports=false

import os
import sys

os.environ["TRYTOND_CONFIG"] = sys.argv[1]  # read while its modules are imported

from proteus import Model, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company

config.set_trytond(f"postgresql:///{sys.argv[2]}", config_file=sys.argv[1])
create_company()
create_chart()
set_fiscalyear_invoice_sequences(create_fiscalyear()).click("create_period")
create_payment_term().save()
for name in ("Supplier", "Customer"):
    Model.get("party.party")(name=name).save()
accounts = get_accounts()
goods = Model.get("product.category")(name="Goods", accounting=True)
goods.account_expense, goods.account_revenue = accounts["expense"], accounts["revenue"]
goods.save()
