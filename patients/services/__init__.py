"""Writing about subjects, one module per step of the trial. All functions are atomic and keyword-only."""
