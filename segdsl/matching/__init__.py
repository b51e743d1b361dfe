"""One profile against many segments: without a frame, and without evaluating every rule."""
