"""A thing of one's own alone is kept as two would have it, is read back as it was, and fits its kind or is not kept."""

import pytest

from troth_app.alone import Alone, alone_card, gone, kept, row_of, text_of
from troth_app.settings import Settings
from troth_couple import Day, Helper
from troth_wire import codec
from troth_wire.errors import MalformedError

DAY = Day("2026-09-01")
ANN = Alone(b"a" * 16, "support_person", DAY, {"helps": Helper.FRANK, "name": "Ann", "reach": None, "tells": None})


def remembered(*ones: Alone) -> Settings:
    """Settings with some things in them."""
    return Settings.parse([row_of(one) for one in ones])


def test_there_and_back() -> None:
    """What was kept is read as it was; said anew it stands in the same place, and let go it is gone."""
    settings = remembered(ANN, Alone(b"b" * 16, "support_person", Day("2026-08-01"), {**ANN.fields, "name": "Bo"}))
    assert [one.fields["name"] for one in kept(settings.alone)] == ["Bo", "Ann"]
    assert kept(settings.alone, "support_person")[1] == ANN
    assert kept(settings.alone, "practice") == []
    settings = settings.with_(row_of(Alone(ANN.id, ANN.kind, DAY, {**ANN.fields, "name": "An"})))
    assert [one.fields["name"] for one in kept(settings.alone)] == ["Bo", "An"]
    assert [one.fields["name"] for one in kept(settings.with_(gone(ANN)).alone)] == ["Bo"]


@pytest.mark.parametrize("fields", [{}, {**ANN.fields, "helps": 9}, {**ANN.fields, "name": "\u202eAnn"}])
def test_what_does_not_fit_is_not_kept(fields: dict[str, object]) -> None:
    """The shape is that of the kind: whatever is kept can be shared as it is."""
    with pytest.raises(MalformedError):
        row_of(Alone(ANN.id, ANN.kind, DAY, fields))


@pytest.mark.parametrize(
    "value",
    [b"", b"junk", codec.pack([65_000, DAY, 0, []]), codec.pack([79, DAY, 0, []]), codec.pack([79, "x", 0, []])],
)
def test_what_can_not_be_read_stays_and_is_not_shown(value: bytes) -> None:
    """A newer release's things, or shapes that are none, cost nobody the vault and are not thrown away."""
    settings = remembered(ANN).with_(row_of(ANN))
    settings = settings.with_(gone(ANN)).with_(type(row_of(ANN))("alone", b"c" * 16, value or b"\0"))
    assert kept(settings.alone) == []
    assert len(settings.alone) == 1


def test_it_says_whose_it_is() -> None:
    """On a screen it is marked; in a file of one's own the mark is not needed."""
    assert alone_card(ANN)["lines"] == ["somebody frank", "Ann", "Yours alone."]
    assert text_of(ANN) == "Somebody who helps you, 2026-09-01\nsomebody frank\nAnn"
