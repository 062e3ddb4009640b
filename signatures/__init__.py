"""Electronic signatures: who signed exactly what, when, and with which meaning (21 CFR 11.50, 11.70).

Upper floors hand in the content that is signed; nothing here knows what it is about.
"""
