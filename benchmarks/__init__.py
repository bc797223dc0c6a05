"""Whether the product keeps its budgets (docs/benchmarks.md): ``make bench``."""
