"""Side-by-side benchmarks: the same answers from three servers, compared within one run."""
