"""The demo: an invented firm whose invented clients answer through the real pages.

Started by ``make demo`` (``python -m ambassadors.demo``). Nothing else imports it. It has its own
data in ``var/demo`` and its own settings, and never reads those of an installation.
"""
