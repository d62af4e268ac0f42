//! Characters of text fields: the characters that a field accepts, and the normalization of pasted text.
//!
//! Invisible characters make two texts look the same, reverse what a reader sees, or split a header of an email. Forms
//! and the server apply the same rules.

/// Returns the text without white space and zero-width characters at its ends.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_zero_width(c))
}

/// Returns the first character that a field of one line rejects: a line break, a control character, or an invisible
/// character.
pub fn rejected_in_line(text: &str) -> Option<char> {
    rejected(text, |_| false)
}

/// Returns the first character that a field of several lines rejects: as for one line, but line breaks and tabs are
/// accepted.
pub fn rejected_in_lines(text: &str) -> Option<char> {
    rejected(text, |c| matches!(c, '\n' | '\r' | '\t'))
}

fn rejected(text: &str, is_accepted: impl Fn(char) -> bool) -> Option<char> {
    let mut before = None;
    for c in text.chars() {
        let is_fine = is_accepted(c)
            || match c {
                // Persian, Indic scripts and emoji are written with joiners.
                '\u{200C}' | '\u{200D}' => before.is_some_and(joins),
                // The flags of England, Scotland and Wales end with tags.
                '\u{E0020}'..='\u{E007F}' => before.is_some_and(carries_tag),
                _ => !is_invisible(c),
            };
        if !is_fine {
            return Some(c);
        }
        before = Some(c);
    }
    None
}

/// Returns whether a joiner after this character changes how text is drawn.
const fn joins(c: char) -> bool {
    matches!(c,
        '\u{0600}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{0F00}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
        | '\u{1A20}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE0F}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{2190}'..='\u{2BFF}' | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}' | '\u{1F000}'..='\u{1FAFF}')
}

const fn carries_tag(c: char) -> bool {
    matches!(c, '\u{1F3F4}' | '\u{E0020}'..='\u{E007E}')
}

/// Returns whether a character takes no room and shows nothing.
pub const fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{180E}'
    )
}

/// Returns whether a reader cannot see a character: controls, line separators, directional marks, zero-width
/// characters, fillers, tags, and code points that are no characters.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || is_zero_width(c)
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2061}'..='\u{206F}' | '\u{2800}'
            | '\u{3164}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}' | '\u{FDD0}'..='\u{FDEF}')
        || is_noncharacter(c)
}

fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xFFFE == 0xFFFE
}

/// Returns a text in one line: spaces for line breaks and control characters, and no invisible characters. For text
/// that was stored before fields rejected such characters.
pub fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter_map(|c| match c {
            _ if c.is_whitespace() || c.is_control() => Some(' '),
            '\u{200C}' | '\u{200D}' => Some(c),
            _ => Some(c).filter(|c| !is_invisible(*c)),
        })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a text as a keyboard types it: ASCII digits, hyphens for every dash, plain spaces, ASCII for full-width
/// forms, and nothing invisible. For identifiers, which people paste from documents and chats.
pub fn plain(text: &str) -> String {
    let typed: String = text
        .chars()
        .filter_map(|c| match c {
            _ if c.is_whitespace() => Some(' '),
            _ if is_invisible(c) => None,
            _ => Some(typed(c)),
        })
        .collect();
    typed.trim().to_owned()
}

fn typed(c: char) -> char {
    if is_dash(c) {
        return '-';
    }
    let code = u32::from(c);
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(code.saturating_sub(0xFEE0)).unwrap_or(c),
        _ => DIGITS
            .iter()
            .find_map(|zero| {
                let digit = code.checked_sub(*zero).filter(|digit| *digit < 10)?;
                char::from_digit(digit, 10)
            })
            .unwrap_or(c),
    }
}

const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2043}'
                | '\u{02D7}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
                | '\u{058A}'
                | '\u{05BE}'
                | '\u{1806}'
    )
}

/// The zeros of the scripts whose digits people type; the other nine follow each.
const DIGITS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_rejects_invisible_characters() {
        for text in [
            "a\nb",
            "a\rb",
            "a\tb",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{202E}b",
            "a\u{2066}b",
            "a\u{200B}b",
            "a\u{200D}b",
            "a\u{FEFF}b",
            "a\u{AD}b",
            "\u{3164}",
            "\u{0}",
            "a\u{E0041}",
            "a\u{FFFE}",
        ] {
            assert!(rejected_in_line(text).is_some(), "{text:?}");
        }
        for text in [
            "Ada Lovelace",
            "می\u{200C}خواهم",
            "ක්\u{200D}ය",
            "👨\u{200D}👩\u{200D}👧 and 🏳\u{FE0F}\u{200D}🌈",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "辻\u{E0100}",
            "O’Brien-Ñuñez\u{A0}7",
        ] {
            assert_eq!(rejected_in_line(text), None, "{text:?}");
        }
        assert_eq!(rejected_in_lines("a\r\n\tb"), None);
        assert_eq!(rejected_in_lines("a\u{202E}b"), Some('\u{202E}'));
    }

    #[test]
    fn plain_returns_keyboard_characters() {
        for (text, typed) in [
            ("８９４４　５３", "8944 53"),
            ("\u{FEFF}8944\u{A0}\u{202F}53\u{2009}", "8944  53"),
            ("٨٩٤٤–５", "8944-5"),
            ("ＯＲＤ－42", "ORD-42"),
            ("\u{202A}+44 20\u{202C}", "+44 20"),
        ] {
            assert_eq!(plain(text), typed);
        }
    }
}
