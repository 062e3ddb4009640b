"""The version of Dermis, shown in the footer and written into every export."""

VERSION = "0.5.0"
