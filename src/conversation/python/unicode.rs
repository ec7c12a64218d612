//! Properties of characters that Python's `str` uses and Rust's `char` lacks or defines differently.
//!
//! Categories come from the crate `unicode_categories`, which `tokenizers` uses too; its tables are older than Rust's,
//! so they are only used to tell what is not a letter. The two tables below are from Python 3.11's `unicodedata`.

use unicode_categories::UnicodeCategories;

/// Digits that are not decimal ones (Numeric_Type=Digit): superscripts, circled digits.
const DIGITS: [(u32, u32); 20] = [
    (0xB2, 0xB3),
    (0xB9, 0xB9),
    (0x1369, 0x1371),
    (0x19DA, 0x19DA),
    (0x2070, 0x2070),
    (0x2074, 0x2079),
    (0x2080, 0x2089),
    (0x2460, 0x2468),
    (0x2474, 0x247C),
    (0x2488, 0x2490),
    (0x24EA, 0x24EA),
    (0x24F5, 0x24FD),
    (0x24FF, 0x24FF),
    (0x2776, 0x277E),
    (0x2780, 0x2788),
    (0x278A, 0x2792),
    (0x10A40, 0x10A43),
    (0x10E60, 0x10E68),
    (0x11052, 0x1105A),
    (0x1F100, 0x1F10A),
];

/// Numbers among the letters (Numeric_Type=Numeric): ideographs.
const NUMERALS: [(u32, u32); 72] = [
    (0x3405, 0x3405),
    (0x3483, 0x3483),
    (0x382A, 0x382A),
    (0x3B4D, 0x3B4D),
    (0x4E00, 0x4E00),
    (0x4E03, 0x4E03),
    (0x4E07, 0x4E07),
    (0x4E09, 0x4E09),
    (0x4E5D, 0x4E5D),
    (0x4E8C, 0x4E8C),
    (0x4E94, 0x4E94),
    (0x4E96, 0x4E96),
    (0x4EBF, 0x4EC0),
    (0x4EDF, 0x4EDF),
    (0x4EE8, 0x4EE8),
    (0x4F0D, 0x4F0D),
    (0x4F70, 0x4F70),
    (0x5104, 0x5104),
    (0x5146, 0x5146),
    (0x5169, 0x5169),
    (0x516B, 0x516B),
    (0x516D, 0x516D),
    (0x5341, 0x5341),
    (0x5343, 0x5345),
    (0x534C, 0x534C),
    (0x53C1, 0x53C4),
    (0x56DB, 0x56DB),
    (0x58F1, 0x58F1),
    (0x58F9, 0x58F9),
    (0x5E7A, 0x5E7A),
    (0x5EFE, 0x5EFF),
    (0x5F0C, 0x5F0E),
    (0x5F10, 0x5F10),
    (0x62FE, 0x62FE),
    (0x634C, 0x634C),
    (0x67D2, 0x67D2),
    (0x6F06, 0x6F06),
    (0x7396, 0x7396),
    (0x767E, 0x767E),
    (0x8086, 0x8086),
    (0x842C, 0x842C),
    (0x8CAE, 0x8CAE),
    (0x8CB3, 0x8CB3),
    (0x8D30, 0x8D30),
    (0x9621, 0x9621),
    (0x9646, 0x9646),
    (0x964C, 0x964C),
    (0x9678, 0x9678),
    (0x96F6, 0x96F6),
    (0xF96B, 0xF96B),
    (0xF973, 0xF973),
    (0xF978, 0xF978),
    (0xF9B2, 0xF9B2),
    (0xF9D1, 0xF9D1),
    (0xF9D3, 0xF9D3),
    (0xF9FD, 0xF9FD),
    (0x20001, 0x20001),
    (0x20064, 0x20064),
    (0x200E2, 0x200E2),
    (0x20121, 0x20121),
    (0x2092A, 0x2092A),
    (0x20983, 0x20983),
    (0x2098C, 0x2098C),
    (0x2099C, 0x2099C),
    (0x20AEA, 0x20AEA),
    (0x20AFD, 0x20AFD),
    (0x20B19, 0x20B19),
    (0x22390, 0x22390),
    (0x22998, 0x22998),
    (0x23B1B, 0x23B1B),
    (0x2626D, 0x2626D),
    (0x2F890, 0x2F890),
];

fn within(ranges: &[(u32, u32)], character: char) -> bool {
    let code = u32::from(character);
    let after = ranges.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= ranges[after - 1].1
}

pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

pub(super) fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_alpha(character: char) -> bool {
    character.is_alphabetic() && !character.is_mark() && !character.is_number() && !character.is_symbol()
}

pub(super) fn is_decimal(character: char) -> bool {
    character.is_number_decimal_digit()
}

pub(super) fn is_digit(character: char) -> bool {
    is_decimal(character) || within(&DIGITS, character)
}

pub(super) fn is_numeric(character: char) -> bool {
    character.is_numeric() || within(&NUMERALS, character)
}

pub(super) fn is_alnum(character: char) -> bool {
    is_alpha(character) || is_decimal(character) || is_digit(character) || is_numeric(character)
}

pub(super) fn is_title(character: char) -> bool {
    character.is_letter_titlecase()
}

pub(super) fn is_identifier(text: &str) -> bool {
    let starts = |c: char| c == '_' || is_alpha(c) || c.is_number_letter();
    let goes_on = |c: char| {
        starts(c)
            || c.is_mark_nonspacing()
            || c.is_mark_spacing_combining()
            || is_decimal(c)
            || c.is_punctuation_connector()
    };
    text.chars().next().is_some_and(starts) && text.chars().skip(1).all(goes_on)
}

/// The form that begins a word: one letter of a ligature or digraph is large.
pub(super) fn title(character: char) -> String {
    let code = u32::from(character);
    let one = |code: u32| char::from_u32(code).map_or_else(String::new, String::from);
    match code {
        // The digraphs' three forms lie side by side: large, title, small.
        0x1C4..=0x1CC => one(0x1C5 + (code - 0x1C4) / 3 * 3),
        0x1F1..=0x1F3 => one(0x1F2),
        // Georgian letters have large forms, but no sentence begins with one.
        0x10D0..=0x10FF => one(code),
        // Greek with an iota below: the large form keeps it.
        0x1F80..=0x1FAF => one(code | 8),
        0x1FB3 | 0x1FC3 | 0x1FF3 => one(code + 9),
        0x1FBC | 0x1FCC | 0x1FFC => one(code),
        _ => {
            let mut upper = character.to_uppercase();
            upper.next().into_iter().chain(upper.flat_map(char::to_lowercase)).collect()
        }
    }
}

/// Full case folding.
pub(super) fn fold(text: &str) -> String {
    let fold = |character: char| -> String {
        match u32::from(character) {
            // The dotless i stays; Cherokee folds to its large letters.
            0x131 | 0x13A0..=0x13F5 => character.into(),
            0xAB70..=0xABBF | 0x13F8..=0x13FD => character.to_uppercase().collect(),
            // By way of the large letters, which are the same for all that fold together.
            _ => character.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect(),
        }
    };
    text.chars().map(fold).collect()
}
