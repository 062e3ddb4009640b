"""Pregnancy and breast-feeding (CDASH RP)."""
