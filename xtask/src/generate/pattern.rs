//! The model's regular expressions (Java's dialect) in the dialect of the `regex` crate.

/// An expression that matches the same whole strings as `pattern` does in Java: `\w`, `\d` and `\s` are ASCII, and a
/// dot is anything but Java's line terminators.
pub fn translated(pattern: &str) -> String {
    let all_lines = pattern.starts_with("(?s)");
    let mut expression = String::from(r"\A(?:");
    let mut inside_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped) => expression.push_str(&class(escaped, inside_class)),
                None => expression.push('\\'),
            },
            '[' => {
                inside_class = true;
                expression.push('[');
            }
            ']' => {
                inside_class = false;
                expression.push(']');
            }
            '.' if !inside_class && !all_lines => expression.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]"),
            other => expression.push(other),
        }
    }
    expression.push_str(r")\z");
    expression
}

fn class(escaped: char, inside_class: bool) -> String {
    let (negated, set) = match escaped {
        'w' => (false, "A-Za-z0-9_"),
        'W' => (true, "A-Za-z0-9_"),
        'd' => (false, "0-9"),
        'D' => (true, "0-9"),
        's' => (false, r" \t\n\x0B\x0C\r"),
        'S' => (true, r" \t\n\x0B\x0C\r"),
        other => return format!("\\{other}"),
    };
    match (negated, inside_class) {
        (false, true) => set.to_owned(),
        (false, false) => format!("[{set}]"),
        (true, _) => format!("[^{set}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn classes_are_ascii_and_matches_are_whole() {
        assert_eq!(
            translated(r"[\w-]+_[0-9a-zA-Z]+"),
            r"\A(?:[A-Za-z0-9_-]+_[0-9a-zA-Z]+)\z"
        );
        assert_eq!(translated(r"[\S]+"), r"\A(?:[[^ \t\n\x0B\x0C\r]]+)\z");
    }

    #[test]
    fn a_dot_ends_at_any_line_terminator_unless_told_otherwise() {
        assert_eq!(
            translated(r".*\{####\}"),
            r"\A(?:[^\n\r\x{85}\x{2028}\x{2029}]*\{####\})\z"
        );
        assert_eq!(translated("(?s).*"), r"\A(?:(?s).*)\z");
        assert_eq!(translated("[A-Z.]"), r"\A(?:[A-Z.])\z");
    }
}
