"""Many triggers, each sent several times at once: what the proof and its small sister in the tests are made of."""
