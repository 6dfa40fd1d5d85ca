"""What socialkit costs, beside what would be there without it. Run by hand: `python -m benchmarks`."""
