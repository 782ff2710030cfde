"""One generation from request to picture: the lifecycle, the engine that drives it, and their parts."""
