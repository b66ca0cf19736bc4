"""Personal columns kept sealed: the cipher, the column types, and who may open a sealed database."""
