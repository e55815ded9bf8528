"""What client and relay share, and nothing more: bounds, errors, frames, the log's hashes, the signed challenge."""
