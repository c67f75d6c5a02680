"""Findings against the labels of cardiologists: label sets, what their labels mean in statements, and agreement.

A *label class* gathers the labels that say the same thing in any set; whether a recording answers it is yes, no, or not
said. Packs see recordings only; labels meet findings in `score`.
"""
