"""Accuracy against people's marks: data sets with a reference, and how any delineator compares with them.

A *reference* is a recording with marks or intervals that people set; a *candidate* is what is scored: one of our
extractors, a plugin, or any program's WFDB annotations. Candidates never see which record comes from where.
"""
