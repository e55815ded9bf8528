"""`python -m troth_relay` is `troth-relay`."""

from troth_relay.main import main

main()
