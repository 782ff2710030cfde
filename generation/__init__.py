"""Floor 3: one generation from request to picture: its lifecycle, the engine that drives it, the parts it calls."""
