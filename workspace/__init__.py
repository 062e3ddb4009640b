"""The frame around every page and the landing page: what do I do now."""
