"""The demo: a made-up record of two people, put through the real engine and proven line by line."""
