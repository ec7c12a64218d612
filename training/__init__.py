"""How the default model is made: text, tokenizer, training, export, evaluation. See README.md."""
