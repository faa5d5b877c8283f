//! The national 7-bit tables of the Nordic countries, variants of ISO 646, as differences from ASCII
//! (erp-file-formats 2.1, quirk B6).
//!
//! A byte above 7F is no character in any of them. What they take from ASCII (`[ ] { } \ |` and more) cannot stand
//! in a file, so it is no delimiter there.

use super::page::Changes;

/// SEN 850200 annex B: Sweden and Finland, for data.
pub(super) const SEN_850200_B: Changes =
    &[(0x24, '¤'), (0x5B, 'Ä'), (0x5C, 'Ö'), (0x5D, 'Å'), (0x7B, 'ä'), (0x7C, 'ö'), (0x7D, 'å'), (0x7E, '‾')];

/// SEN 850200 annex C: Sweden, for names.
pub(super) const SEN_850200_C: Changes = &[
    (0x24, '¤'),
    (0x40, 'É'),
    (0x5B, 'Ä'),
    (0x5C, 'Ö'),
    (0x5D, 'Å'),
    (0x5E, 'Ü'),
    (0x60, 'é'),
    (0x7B, 'ä'),
    (0x7C, 'ö'),
    (0x7D, 'å'),
    (0x7E, 'ü'),
];

/// NS 4551-1: Norway.
pub(super) const NS_4551_1: Changes =
    &[(0x5B, 'Æ'), (0x5C, 'Ø'), (0x5D, 'Å'), (0x7B, 'æ'), (0x7C, 'ø'), (0x7D, 'å'), (0x7E, '‾')];

/// NS 4551-2: Norway, with the section sign; `|` sits in the place of the tilde.
pub(super) const NS_4551_2: Changes =
    &[(0x23, '§'), (0x5B, 'Æ'), (0x5C, 'Ø'), (0x5D, 'Å'), (0x7B, 'æ'), (0x7C, 'ø'), (0x7D, 'å'), (0x7E, '|')];

/// DS 2089: Denmark.
pub(super) const DS_2089: Changes =
    &[(0x5B, 'Æ'), (0x5C, 'Ø'), (0x5D, 'Å'), (0x7B, 'æ'), (0x7C, 'ø'), (0x7D, 'å')];
