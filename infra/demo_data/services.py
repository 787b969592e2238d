"""Codes of Online Retail that are no goods: fees, discounts, vouchers. Looked through by hand, with what the file calls
them. Codes are compared as they stand: M and m are two."""

SERVICES = {
    "POST": "POSTAGE",
    "DOT": "DOTCOM POSTAGE",
    "C2": "CARRIAGE",
    "M": "Manual",
    "m": "Manual",
    "D": "Discount",
    "S": "SAMPLES",
    "B": "Adjust bad debt",
    "BANK CHARGES": "Bank Charges",
    "AMAZONFEE": "AMAZON FEE",
    "CRUK": "CRUK Commission",
    "gift_0001_10": "Dotcomgiftshop Gift Voucher £10.00",
    "gift_0001_20": "Dotcomgiftshop Gift Voucher £20.00",
    "gift_0001_30": "Dotcomgiftshop Gift Voucher £30.00",
    "gift_0001_40": "Dotcomgiftshop Gift Voucher £40.00",
    "gift_0001_50": "Dotcomgiftshop Gift Voucher £50.00",
}
