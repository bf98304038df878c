"""The only rooms that know a model library: the Model protocol and what implements it."""
