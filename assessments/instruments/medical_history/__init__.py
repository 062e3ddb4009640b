"""Medical history: conditions other than the psoriasis, past and ongoing."""
