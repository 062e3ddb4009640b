"""The record of who changed what, when and why: kept by the database, read here."""
