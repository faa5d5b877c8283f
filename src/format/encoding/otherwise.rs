//! How a character is written where the encoding does not have it (erp-file-formats 1.1, quirk B14).
//!
//! The ways of a character are tried in their order, and what an encoding lacks of one is itself written otherwise.
//! A letter with an accent falls back to its base letter, but never one that is a letter of its own in a Nordic
//! alphabet: `Å` is `AA`, `Ä` and `Æ` are `AE`, `Ö` and `Ø` are `OE`, as passports, telegrams and 7-bit files have it
//! (`Åsa` is `Aasa`, `ÅRE` is `AARE`). In the national 7-bit tables the signs of ASCII that they gave up are written
//! with what comes nearest.

/// The other ways to write a character, best first. `capitals`: what follows is no small letter.
pub(super) fn otherwise(character: char, capitals: bool) -> Vec<String> {
    if let Some(letters) = nordic(character, capitals) {
        return vec![letters.to_owned()];
    }
    let signs = signs(character);
    if signs.is_empty() {
        return base(character).map(String::from).into_iter().collect();
    }
    signs.iter().map(|sign| (*sign).to_owned()).collect()
}

fn nordic(character: char, capitals: bool) -> Option<&'static str> {
    Some(match character {
        'Å' | 'Ǻ' if capitals => "AA",
        'Å' | 'Ǻ' => "Aa",
        'å' | 'ǻ' => "aa",
        'Ä' | 'Æ' | 'Ǟ' | 'Ǽ' if capitals => "AE",
        'Ä' | 'Æ' | 'Ǟ' | 'Ǽ' => "Ae",
        'ä' | 'æ' | 'ǟ' | 'ǽ' => "ae",
        'Ö' | 'Ø' | 'Ȫ' | 'Ǿ' if capitals => "OE",
        'Ö' | 'Ø' | 'Ȫ' | 'Ǿ' => "Oe",
        'ö' | 'ø' | 'ȫ' | 'ǿ' => "oe",
        'Þ' if capitals => "TH",
        'Þ' => "Th",
        'þ' => "th",
        _ => return None,
    })
}

fn signs(character: char) -> &'static [&'static str] {
    match character {
        // Typographic characters.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe63}' | '\u{ff0d}' | '·' | '¬' => &["-"],
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '`' | 'ʹ' | 'ʼ' | 'ˈ' | '‹' | '›' => &["'"],
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '¨' => &["\""],
        '…' => &["..."],
        '•' | '‣' | '●' | '∙' | '◦' | '■' | '□' => &["*"],
        '™' => &["TM"],
        '®' => &["(R)"],
        '©' => &["(C)"],
        '×' | '✕' | '✗' => &["x"],
        '÷' | '⁄' | '∕' => &["/"],
        '±' => &["+/-"],
        '≤' => &["<="],
        '≥' => &[">="],
        '≠' => &["<>"],
        '≈' => &["~"],
        '‰' => &["o/oo"],
        '½' => &["1/2"],
        '¼' => &["1/4"],
        '¾' => &["3/4"],
        '¹' => &["1"],
        '²' => &["2"],
        '³' => &["3"],
        '°' | 'º' => &["o"],
        'ª' => &["a"],
        'µ' | 'μ' => &["u"],
        'Ω' | '\u{2126}' => &["ohm"],
        '№' => &["No"],
        '§' => &["Par."],
        '¶' => &["P."],
        '†' | '‡' => &["+"],
        '¿' => &["?"],
        '¡' => &["!"],
        '→' | '⇒' => &["->"],
        '←' | '⇐' => &["<-"],
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => &[" "],
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{fe0e}'
        | '\u{fe0f}'
        | '\u{feff}' => &[""],
        'ﬀ' => &["ff"],
        'ﬁ' => &["fi"],
        'ﬂ' => &["fl"],
        // Currencies. The sign for any currency stands in the dollar's place in 7-bit tables, and means nothing else.
        '€' => &["EUR"],
        '£' | '₤' => &["GBP"],
        '¥' => &["JPY"],
        '¢' => &["c"],
        '₣' => &["FRF"],
        '₽' => &["RUB"],
        '₴' => &["UAH"],
        '₺' => &["TRY"],
        '₹' => &["INR"],
        '₩' => &["KRW"],
        '₪' => &["ILS"],
        '₫' => &["VND"],
        '$' => &["¤"],
        // Signs of ASCII that the national 7-bit tables do not have.
        '[' | '{' => &["("],
        ']' | '}' => &[")"],
        '\\' => &["/"],
        '|' => &["¦", "!"],
        '¦' => &["|"],
        '~' => &["‾", "-"],
        '‾' | '¯' | '˜' => &["~"],
        '^' | 'ˆ' => &["'"],
        '@' => &["(at)"],
        '#' => &["nr."],
        // Letters that are no base letter with a mark.
        'Ł' => &["L"],
        'ł' => &["l"],
        'Đ' | 'Ð' => &["D"],
        'đ' | 'ð' => &["d"],
        'Ħ' => &["H"],
        'ħ' => &["h"],
        'Ŧ' => &["T"],
        'ŧ' => &["t"],
        'Ŋ' => &["NG"],
        'ŋ' => &["ng"],
        'ı' => &["i"],
        'ĸ' => &["k"],
        'ƒ' => &["f"],
        'ß' => &["ss"],
        'ẞ' => &["SS"],
        'Œ' => &["OE"],
        'œ' => &["oe"],
        'Ĳ' => &["IJ"],
        'ĳ' => &["ij"],
        'ŉ' => &["'n"],
        _ => &[],
    }
}

/// The base letter of a Latin letter with marks.
fn base(character: char) -> Option<char> {
    BASES.iter().find(|(_, letters)| letters.contains(character)).map(|(base, _)| *base)
}

/// Whether a character belongs to the one before it (as file names and texts from a Mac have them).
pub(super) fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The one character that a letter and a combining mark are.
pub(super) fn compose(base: char, mark: char) -> Option<char> {
    let (_, pairs) = MARKS.iter().find(|(other, _)| *other == mark)?;
    let bases = pairs.chars().step_by(2);
    bases
        .zip(pairs.chars().skip(1).step_by(2))
        .find(|(other, _)| *other == base)
        .map(|(_, composed)| composed)
}

/// Base letters and what Unicode takes apart into them, but for `Å Ä Ö`.
const BASES: &[(char, &str)] = &[
    ('A', "ÀÁÂÃĀĂĄǍǠȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ"),
    ('B', "ḂḄḆ"),
    ('C', "ÇĆĈĊČḈ"),
    ('D', "ĎḊḌḎḐḒ"),
    ('E', "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ"),
    ('F', "Ḟ"),
    ('G', "ĜĞĠĢǦǴḠ"),
    ('H', "ĤȞḢḤḦḨḪ"),
    ('I', "ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ"),
    ('J', "Ĵ"),
    ('K', "ĶǨḰḲḴ"),
    ('L', "ĹĻĽḶḸḺḼ"),
    ('M', "ḾṀṂ"),
    ('N', "ÑŃŅŇǸṄṆṈṊ"),
    ('O', "ÒÓÔÕŌŎŐƠǑǪǬȌȎȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ"),
    ('P', "ṔṖ"),
    ('R', "ŔŖŘȐȒṘṚṜṞ"),
    ('S', "ŚŜŞŠȘṠṢṤṦṨ"),
    ('T', "ŢŤȚṪṬṮṰ"),
    ('U', "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ"),
    ('V', "ṼṾ"),
    ('W', "ŴẀẂẄẆẈ"),
    ('X', "ẊẌ"),
    ('Y', "ÝŶŸȲẎỲỴỶỸ"),
    ('Z', "ŹŻŽẐẒẔ"),
    ('a', "àáâãāăąǎǡȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ('b', "ḃḅḇ"),
    ('c', "çćĉċčḉ"),
    ('d', "ďḋḍḏḑḓ"),
    ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ('f', "ḟ"),
    ('g', "ĝğġģǧǵḡ"),
    ('h', "ĥȟḣḥḧḩḫẖ"),
    ('i', "ìíîïĩīĭįǐȉȋḭḯỉị"),
    ('j', "ĵǰ"),
    ('k', "ķǩḱḳḵ"),
    ('l', "ĺļľḷḹḻḽ"),
    ('m', "ḿṁṃ"),
    ('n', "ñńņňǹṅṇṉṋ"),
    ('o', "òóôõōŏőơǒǫǭȍȏȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ('p', "ṕṗ"),
    ('r', "ŕŗřȑȓṙṛṝṟ"),
    ('s', "śŝşšșṡṣṥṧṩ"),
    ('t', "ţťțṫṭṯṱẗ"),
    ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ('v', "ṽṿ"),
    ('w', "ŵẁẃẅẇẉẘ"),
    ('x', "ẋẍ"),
    ('y', "ýÿŷȳẏẙỳỵỷỹ"),
    ('z', "źżžẑẓẕ"),
];

/// Combining marks, with pairs of a base letter and the letter that both are.
const MARKS: &[(char, &str)] = &[
    ('\u{300}', "AÀEÈIÌOÒUÙaàeèiìoòuù"),
    ('\u{301}', "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzź"),
    ('\u{302}', "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷ"),
    ('\u{303}', "AÃNÑOÕaãnñoõIĨiĩUŨuũ"),
    ('\u{304}', "AĀaāEĒeēIĪiīOŌoōUŪuū"),
    ('\u{306}', "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭ"),
    ('\u{307}', "CĊcċEĖeėGĠgġIİZŻzż"),
    ('\u{308}', "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸ"),
    ('\u{30a}', "AÅaåUŮuů"),
    ('\u{30b}', "OŐoőUŰuű"),
    ('\u{30c}', "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzž"),
    ('\u{327}', "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţ"),
    ('\u{328}', "AĄaąEĘeęIĮiįUŲuų"),
];
