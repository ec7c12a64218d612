// The package's "mamba-web/element" in Node, for servers that make pages: they have no elements, and nothing is registered.

export class MambaChat {}
