"""Canonical CBOR, the only way anything that is hashed or signed becomes bytes.

The subset (RFC 8949, section 4.2.1 and, for every map allowed here, the older length-first order too):

- integers of int64, byte strings, text strings (valid UTF-8), arrays, maps, ``true`` and ``false``;
- a map has unsigned-integer keys only or text keys only; keys strictly ascend; no key twice;
- no floats, tags, null, undefined or indefinite lengths; absent fields are left out;
- at most ``CBOR_DEPTH_MAX`` levels.

``decode`` accepts a byte string only if encoding the result gives the same bytes, so one value has one encoding
(``test_one_value_has_one_encoding``).
"""

from counterfoil.codec.canonical import (
    UnknownVersion,
    decode,
    encode,
    encode_array,
    encode_bytes,
    encode_columns,
    encode_fields,
)

__all__ = ["UnknownVersion", "decode", "encode", "encode_array", "encode_bytes", "encode_columns", "encode_fields"]
