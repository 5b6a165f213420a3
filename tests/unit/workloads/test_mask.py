"""What a program writes is masked the same, however its output is cut into parts."""

from hypothesis import given
from hypothesis import strategies as st

from fairhaven.workloads.drivers.local.keeper import _Mask

# Few letters, so that beginnings of the secret are everywhere.
SECRETS = st.text("ab", min_size=8, max_size=12)


@given(st.data(), SECRETS)
def test_masking_in_parts_is_masking_the_whole(data: st.DataObject, secret: str) -> None:
    pieces = data.draw(st.lists(st.one_of(st.just(secret), st.text("abc", max_size=9)), max_size=20))
    written = "".join(pieces).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(written)), max_size=8)))
    mask = _Mask([secret])
    parts = [
        mask.of(written[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(written)], strict=True)
    ]
    assert b"".join(parts) + mask.rest() == written.replace(secret.encode(), b"***")


@given(st.binary(max_size=200))
def test_output_without_secrets_passes_as_it_is(written: bytes) -> None:
    mask = _Mask([])
    assert mask.of(written) + mask.rest() == written


def test_short_secrets_and_short_lines_are_not_looked_for() -> None:
    mask = _Mask(["1234567", "a line of it\nshort\n"])
    assert mask.of(b"1234567 short a line of it") + mask.rest() == b"1234567 short ***"
