"""The columns of the table by version."""
READS = ("reads .keras", "reads .h5", "reads .weights.h5")
OPENS = ("opens our .keras", "opens our .h5", "opens our .weights.h5", "opens our weights-only .h5", "opens models built with Unroll")
GOES_ON = ("goes on from Keras", "Keras goes on from ours", "Keras goes on from our copy")
COLUMNS = (*READS, *OPENS, *GOES_ON)
