"""Guards: who may do what. Verbs refuse by them, pages draw buttons by them."""
