"""No tables of its own: history tables stand beside the models they record. Django tells only apps with a models module
that a migration has ended, and audit must hear it (see `audit.apps`)."""
