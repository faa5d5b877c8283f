//! The code pages of DOS, which Windows calls OEM pages, as tables (erp-file-formats 2.1, quirks B1, B4, B5).
//!
//! Bytes 00-7F are ASCII in all of them. All letters of the Nordic languages sit in the same places, but for `ø`
//! and `Ø`, which 437 does not have.

use super::page::Changes;

/// Bytes 80-FF of code page 437 (the first PC's).
pub(super) const CP437: [&str; 8] = [
    "ÇüéâäàåçêëèïîìÄÅ",
    "ÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
    "áíóúñÑªº¿⌐¬½¼¡«»",
    "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧",
    "╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
    "αßΓπΣσµτΦΘΩδ∞φε∩",
    "≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
];

/// Bytes 80-FF of code page 850 (Western Europe).
pub(super) const CP850: [&str; 8] = [
    "ÇüéâäàåçêëèïîìÄÅ",
    "ÉæÆôöòûùÿÖÜø£Ø×ƒ",
    "áíóúñÑªº¿®¬½¼¡«»",
    "░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
    "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤",
    "ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀",
    "ÓßÔÒõÕµþÞÚÛÙýÝ¯´",
    "\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
];

/// 858 is 850 with the euro in the place of the dotless i.
pub(super) const CP858: Changes = &[(0xD5, '€')];

/// 865 (Norway and Denmark) against 437.
pub(super) const CP865: Changes = &[(0x9B, 'ø'), (0x9D, 'Ø'), (0xAF, '¤')];
