#!/usr/bin/env python3
"""An encoder passes its state to a decoder, which returns the sequence in reverse.

Introduces: functional models, several inputs, return_state, initial_state,
softmax over symbols, sparse_categorical_crossentropy, accuracy.
"""

import _checkout  # noqa: F401
import numpy as np

from unroll.layers import LSTM, Dense, Embedding, Input
from unroll.models import Model
from unroll.utils import set_random_seed

set_random_seed(1)
SYMBOLS, LENGTH = 8, 4
random = np.random.default_rng(1)

source = random.integers(1, SYMBOLS, (2000, LENGTH))
reversed_ = source[:, ::-1]
# The decoder reads its own output so far; 0 starts it.
read = np.column_stack([np.zeros(len(source), int), reversed_[:, :-1]])

encoder_input = Input((LENGTH,), name="source")
_, h, c = LSTM(48, return_state=True)(Embedding(SYMBOLS, 12)(encoder_input))
decoder_input = Input((LENGTH,), name="read")
said = LSTM(48, return_sequences=True)(Embedding(SYMBOLS, 12)(decoder_input), initial_state=[h, c])
model = Model([encoder_input, decoder_input], Dense(SYMBOLS, activation="softmax")(said))

model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit({"source": source, "read": read}, reversed_, epochs=15, batch_size=32, verbose=2)

test = random.integers(1, SYMBOLS, (3, LENGTH))
spoken = np.zeros((3, LENGTH), int)
for t in range(LENGTH):
    given = np.column_stack([np.zeros(3, int), spoken[:, :-1]])
    spoken[:, t] = model.predict([test, given], verbose=0)[:, t].argmax(axis=1)
for sequence, result in zip(test, spoken):
    print(sequence, "->", result)
