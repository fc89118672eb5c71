"""How a page leaves Tocsin: one small file per way out."""
