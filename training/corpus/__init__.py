"""The text generator: chat skills, stories, recall, facts and sums, all ours and all from a seed."""
