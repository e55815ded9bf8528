"""Every bound has a name, a unit and a reason; the same table stands in specs/limits.md.

The unit is the name's last word but one (`_bytes_max`), or what is counted.
"""

from typing import Final

WIRE_VERSION: Final = 1
"""The only version of frames, records and envelopes that this release writes and reads."""

FRAME_BYTES_MAX: Final = 262_144
"""One WebSocket frame: bounds what either side must hold before it may judge."""
RECORD_BYTES_MAX: Final = 65_536
"""Signature, header and payload of one record: three of the largest fit a frame."""
CHANGE_BYTES_MAX: Final = 61_440
"""One CRDT change: fits a record with its header."""
HEADER_BYTES_MAX: Final = 4_096
"""One record header: the largest has 3 963 bytes, with every list at its longest."""
ENVELOPE_BYTES_MIN: Final = 554
"""The smallest envelope: 512 bytes of padded plaintext, nonce, tag and two version bytes."""
ENVELOPE_BYTES_MAX: Final = 67_626
"""The largest envelope: the largest record after padding, nonce, tag and two version bytes."""
PADDED_BYTES_MIN: Final = 512
"""Smallest padded plaintext: a short entry and a shorter one look alike."""

LIST_LEVELS_MAX: Final = 8
"""Lists inside one another in one encoding: nothing needs five, and recursion stays shallow."""
FRAME_ENVELOPES_MAX: Final = 256
"""Envelopes in one frame: bounds the work that one input can cause."""
HEADER_CHANGES_MAX: Final = 64
"""CRDT changes in one record: as many as one commit may gather."""
HEADER_TIPS_MAX: Final = 16
"""Earlier incarnations that a new one names; each costs every reader memory."""
HEADER_HEADS_MAX: Final = 16
"""Membership heads that a header names: concurrent operations are rare."""
DEVICE_INCARNATIONS_MAX: Final = 64
"""Incarnations that are counted for one device: a thousand CRDT actors cost 100 MB."""
DEVICE_DOCUMENTS_MAX: Final = 1_024
"""Documents that one device writes in: each costs everybody memory, and nobody may use up another's."""
PERSON_DEVICES_MAX: Final = 16
"""Devices of one person in one space: each costs a wrap in every epoch."""
EPOCH_RECIPIENTS_MAX: Final = 34
"""Who may read one epoch: the devices of two persons, and the recovery words of each."""
PERSON_OPERATIONS_MAX: Final = 4_096
"""Operations of one person, epochs apart, that may come before another: each costs everybody a comparison for good."""
DEVICE_EPOCHS_MAX: Final = 1_024
"""Epoch operations of one device before another of its: who holds its everyday key spends no more than its own."""
OPERATION_BYTES_MAX: Final = 12_288
"""One membership operation: every recipient's wrap, and every life of a removed device."""
CHECKPOINT_BYTES_MAX: Final = 268_435_456
"""One checkpoint before compression: twenty times a long record of two lives, and what a device can hold."""
CHECKPOINT_RECORDS_MAX: Final = 1_048_576
"""Records in one checkpoint: the shortest has nine bytes there, and a hundred times as many where it is read."""

CHANGE_OPS_MAX: Final = 20_000
"""Operations in one CRDT change, counted before any is decoded."""
CHANGE_PREDECESSORS_MAX: Final = 40_000
"""Predecessors in one CRDT change, counted before any is decoded."""
CHANGE_DEPENDENCIES_MAX: Final = 1_024
"""Dependencies of one CRDT change: as many as there may be concurrent writers, with room."""
CHANGE_ACTORS_MAX: Final = 4_096
"""Other actors that one CRDT change may refer to."""
JUDGED_CHANGES_MIN: Final = 1_000
"""New changes of a document before what was judged is written down: fewer are judged again in a tenth of a second."""
PAGE_RECORDS: Final = 100
"""Records that are put together in one row of a store, once there are so many: damage to a row takes no more."""
FILED_RECORD_BYTES_MAX: Final = 4_096
"""A record with its header that is put together with others: the room that a larger one takes is its own."""

EDIT_PATH_PARTS_MAX: Final = 64
"""Depth of a path into a document."""
EDIT_KEY_BYTES_MAX: Final = 1_024
"""One map key in UTF-8."""
EDIT_VALUE_BYTES_MAX: Final = 49_152
"""One string or byte value, which can not be cut: fits a change."""

HELD_BYTES_MAX: Final = 16_777_216
"""Envelopes kept as evidence though they were not counted; past this only their ids are kept."""
PUSH_BYTES_IN_FLIGHT_MAX: Final = 1_048_576
"""Pushed and not yet seen in the log: keeps a slow relay from costing the device memory."""

HOST_BYTES_MAX: Final = 255
"""A host name with its port, as it was dialled."""
PASS_BYTES_MAX: Final = 64
"""The pass that a relay may ask for before it creates a mailbox."""
CHALLENGE_BYTES: Final = 32
"""The relay's fresh challenge."""
RETRY_AFTER_S_MAX: Final = 86_400
"""How long a relay may ask a client to wait: a day."""
LINK_MAILBOXES_MAX: Final = 256
"""Mailboxes that one connection may prove: the end of a long line, and its meetings, with room."""

FORWARD_BYTES: Final = 20_480
"""What is left behind where a log is closed, exactly: room for the largest operation and more, and all look alike."""
MEETING_BYTES_MAX: Final = 262_144
"""Room of one meeting: operations of years, and no place for anything else."""
MEETING_LIFE_S: Final = 15_552_000
"""How long a meeting stays at the relay: as long as the entries of a closed log, 180 days."""
MEETINGS_MAX: Final = 512
"""Meetings at a time of one line: one for every two of as many devices as a space can have."""

RENDEZVOUS_RECORD_BYTES: Final = 4_096
"""One record of a rendezvous or an invitation, exactly: all look alike to the relay."""
RENDEZVOUS_RECORDS_MAX: Final = 16
"""Records of one rendezvous or invitation: a pairing needs half of them."""
RENDEZVOUS_PARTICIPANTS_MAX: Final = 2
"""Connections that may use one rendezvous or invitation at a time."""
RENDEZVOUS_LIFE_S: Final = 600
"""How long a rendezvous stays at the relay: time to type a code, not to guess one."""
INVITATION_LIFE_S: Final = 259_200
"""How long an invitation stays at the relay: three days for a partner far away."""
CODE_NUMBER_MAX: Final = 9_999
"""The number in front of a code: quick to say, rarely taken, and tedious to try one after the other."""
LINK_BYTES_MAX: Final = 100
"""A link that is shown as a picture: one that every camera reads from a screen."""
PAIR_LINK_LIFE_S: Final = 120
"""How long the link for an own new device is good: both devices are at hand."""
INTRODUCTION_BYTES_MAX: Final = 2_048
"""What a side of a pairing says of itself: fits one record, with its nonce."""
PAIRING_ITEMS_MAX: Final = 16
"""Spaces for which something is handed over at once in a pairing."""

ADDRESS_BYTES_MAX: Final = 512
"""A relay's address: a scheme, a host with its port, a path."""
SIGNPOST_BYTES: Final = 16_384
"""What is sealed in a signpost, exactly: its size says nothing, and every space that it may name fits."""
SIGNPOST_SPACES_MAX: Final = 16
"""Spaces in one signpost: whoever has more writes several."""
SIGNPOSTS_READ_MAX: Final = 64
"""Signposts that are read of a mailbox: a thief may write as many as it wants."""
