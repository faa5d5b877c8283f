//! Packed decimal numbers of IBM i: two digits a byte, and in the last half of the last byte the sign.

use super::encoding::Encoding;

/// How many bytes a packed number of so many digits takes.
pub(super) fn width(digits: usize) -> usize {
    digits / 2 + 1
}

/// The number as digits, with a minus before it where it is negative. What is no packed number comes as its bytes, like
/// `X'404040'`, which is no number to anyone.
pub(super) fn text(field: &str, digits: usize, encoding: &Encoding) -> String {
    let bytes: Vec<Option<u8>> = field.chars().map(|character| encoding.byte(character)).collect();
    number(&bytes, digits).unwrap_or_else(|| {
        let hex: Vec<String> = bytes
            .iter()
            .map(|byte| byte.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02X}")))
            .collect();
        format!("X'{}'", hex.concat())
    })
}

fn number(bytes: &[Option<u8>], digits: usize) -> Option<String> {
    let mut halves = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let byte = (*byte)?;
        halves.extend([byte >> 4, byte & 0x0f]);
    }
    let negative = match halves.pop()? {
        0x0b | 0x0d => true,
        0x0a | 0x0c | 0x0e | 0x0f => false,
        _ => return None,
    };
    let unused = halves.len().checked_sub(digits)?;
    if halves.iter().take(unused).any(|half| *half != 0) {
        return None;
    }
    let mut text = if negative { "-".to_owned() } else { String::new() };
    for half in halves.into_iter().skip(unused) {
        text.push(char::from_digit(half.into(), 10)?);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(bytes: &[u8], digits: usize) -> String {
        let encoding = Encoding::named("ibm278").unwrap().binary();
        let (mut field, mut bad) = (String::new(), Vec::new());
        let mut decoder = encoding.decoder();
        decoder.decode(bytes, &mut field, &mut bad);
        decoder.finish(&mut field, &mut bad);
        assert_eq!((field.chars().count(), bad.len()), (bytes.len(), 0));
        text(&field, digits, &encoding)
    }

    #[test]
    fn digits_and_signs() {
        assert_eq!(unpacked(b"\x00\x00\x11\x95\x0F", 9), "000011950");
        assert_eq!(unpacked(b"\x02\x02\x61\x11\x8F", 8), "20261118");
        assert_eq!(unpacked(b"\x15\x25\x0D", 5), "-15250");
        assert_eq!(unpacked(b"\x0C", 1), "0");
        assert_eq!(unpacked(b"\x1B", 1), "-1");
    }

    #[test]
    fn every_pair_of_digits_comes_back() {
        for pair in 0..100u8 {
            let bytes = [pair / 10 * 16 + pair % 10, 0x0f];
            assert_eq!(unpacked(&bytes, 3), format!("{pair:02}0"));
        }
    }

    #[test]
    fn what_is_not_packed_shows_its_bytes() {
        for (bytes, digits, shown) in [
            (&b"\x40\x40\x40"[..], 5, "X'404040'"),
            (b"\x1A\x0F", 3, "X'1A0F'"),
            (b"\x12\x3F", 2, "X'123F'"),
            (b"", 2, "X''"),
        ] {
            assert_eq!(unpacked(bytes, digits), shown);
        }
    }
}
