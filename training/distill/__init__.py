"""Makes a recurrent chat model of 158 million parameters from an attention model of 135 million: see README.md here."""
