"""The relay: stores envelopes it cannot read, in order, and hands each follower what it lacks."""
