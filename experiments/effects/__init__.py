"""What role models and levers do to the model's firms: paired comparisons, effects, ranks, robustness."""
