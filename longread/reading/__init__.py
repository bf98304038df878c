"""Reading: the pass that streams a text through the model and keeps what it computed."""
