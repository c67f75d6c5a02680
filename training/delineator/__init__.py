"""The learned delineator: one lead in, probability of P, QRS and T at each sample out."""
