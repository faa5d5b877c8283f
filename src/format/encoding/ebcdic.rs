//! The EBCDIC pages of IBM i as tables (erp-file-formats 2.1, quirks B7 and B8).
//!
//! All hold the characters of Latin-1, each in other places, so they are written as differences. Their names are
//! IBM's CCSIDs: 37 (USA), 500 (international), 277 and 1142 (Denmark, Norway), 278 and 1143 (Finland, Sweden);
//! 1142 and 1143 have the euro. Line ends are no matter of these tables: see [`page`](super::page).

use super::page::Changes;

/// Bytes 00-FF of CCSID 37.
pub(super) const IBM037: [&str; 16] = [
    "\0\u{1}\u{2}\u{3}\u{9c}\t\u{86}\u{7f}\u{97}\u{8d}\u{8e}\u{b}\u{c}\r\u{e}\u{f}",
    "\u{10}\u{11}\u{12}\u{13}\u{9d}\u{85}\u{8}\u{87}\u{18}\u{19}\u{92}\u{8f}\u{1c}\u{1d}\u{1e}\u{1f}",
    "\u{80}\u{81}\u{82}\u{83}\u{84}\n\u{17}\u{1b}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{5}\u{6}\u{7}",
    "\u{90}\u{91}\u{16}\u{93}\u{94}\u{95}\u{96}\u{4}\u{98}\u{99}\u{9a}\u{9b}\u{14}\u{15}\u{9e}\u{1a}",
    " \u{a0}âäàáãåçñ¢.<(+|",
    "&éêëèíîïìß!$*);¬",
    "-/ÂÄÀÁÃÅÇÑ¦,%_>?",
    "øÉÊËÈÍÎÏÌ`:#@'=\"",
    "Øabcdefghi«»ðýþ±",
    "°jklmnopqrªºæ¸Æ¤",
    "µ~stuvwxyz¡¿ÐÝÞ®",
    "^£¥·©§¶¼½¾[]¯¨´×",
    "{ABCDEFGHI\u{ad}ôöòóõ",
    "}JKLMNOPQR¹ûüùúÿ",
    "\\÷STUVWXYZ²ÔÖÒÓÕ",
    "0123456789³ÛÜÙÚ\u{9f}",
];

/// 500 against 37.
pub(super) const IBM500: Changes =
    &[(0x4A, '['), (0x4F, '!'), (0x5A, ']'), (0x5F, '^'), (0xB0, '¢'), (0xBA, '¬'), (0xBB, '|')];

/// 277 against 37.
pub(super) const IBM277: Changes = &[
    (0x47, '}'),
    (0x4A, '#'),
    (0x4F, '!'),
    (0x5A, '¤'),
    (0x5B, 'Å'),
    (0x5F, '^'),
    (0x67, '$'),
    (0x6A, 'ø'),
    (0x70, '¦'),
    (0x7B, 'Æ'),
    (0x7C, 'Ø'),
    (0x80, '@'),
    (0x9C, '{'),
    (0x9E, '['),
    (0x9F, ']'),
    (0xA1, 'ü'),
    (0xB0, '¢'),
    (0xBA, '¬'),
    (0xBB, '|'),
    (0xC0, 'æ'),
    (0xD0, 'å'),
    (0xDC, '~'),
];

/// 278 against 37.
pub(super) const IBM278: Changes = &[
    (0x43, '{'),
    (0x47, '}'),
    (0x4A, '§'),
    (0x4F, '!'),
    (0x51, '`'),
    (0x5A, '¤'),
    (0x5B, 'Å'),
    (0x5F, '^'),
    (0x63, '#'),
    (0x67, '$'),
    (0x6A, 'ö'),
    (0x79, 'é'),
    (0x7B, 'Ä'),
    (0x7C, 'Ö'),
    (0x9F, ']'),
    (0xA1, 'ü'),
    (0xB0, '¢'),
    (0xB5, '['),
    (0xBA, '¬'),
    (0xBB, '|'),
    (0xC0, 'ä'),
    (0xCC, '¦'),
    (0xD0, 'å'),
    (0xDC, '~'),
    (0xEC, '@'),
];

/// 1142 against 277.
pub(super) const IBM1142: Changes = &[(0x5A, '€')];

/// 1143 against 278.
pub(super) const IBM1143: Changes = &[(0x5A, '€'), (0x71, '\\'), (0xE0, 'É')];
