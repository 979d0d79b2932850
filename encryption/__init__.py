"""Personal data is encrypted before it leaves a program of ours: Temporal keeps what it cannot read."""
