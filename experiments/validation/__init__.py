"""The model beside what is known: patterns, published findings, plausibility, histories, ablation."""
