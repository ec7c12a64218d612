"""The very small models of the Lab: four that answer three memory tasks, and one that reads DNA. README.md says how."""
