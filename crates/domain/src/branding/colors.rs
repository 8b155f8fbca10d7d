//! Colours of a brand.

use std::fmt;

use crate::{Error, Result};

/// A colour with its opacity. It is written as CSS can read it, `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 4]);

impl Color {
    /// Reads three, four, six or eight hexadecimal digits, with or without `#` before them.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let (red, green, blue, alpha) = cssparser::color::parse_hash_color(digits.as_bytes())
            .map_err(|()| Error::invalid_parameter(format!("{text} is not a colour of hexadecimal digits.")))?;
        Ok(Self([red, green, blue, cssparser::color::clamp_unit_f32(alpha)]))
    }

    /// Whether black text is easier to read on the colour than white text is, by their contrast ratios.
    pub fn is_light(self) -> bool {
        /// The luminance on which black and white are equally well read.
        const MIDDLE: f64 = 0.179;
        self.luminance() > MIDDLE
    }

    /// The relative luminance as WCAG defines it, from 0 (black) to 1 (white).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue, _] = self.0;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue, alpha] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_colours() {
        for (text, expected) in [
            ("0972d3ff", "#0972d3ff"),
            ("#0972D3", "#0972d3ff"),
            ("#fff8", "#ffffff88"),
            ("000", "#000000ff"),
        ] {
            assert_eq!(Color::parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "#",
            "red",
            "12345",
            "0972d3ff;}",
            "url(x)",
            "##fff",
            "#ggg",
            "０００",
        ] {
            let message = Color::parse(text).unwrap_err().to_string();
            assert_eq!(message, format!("{text} is not a colour of hexadecimal digits."));
        }
    }

    #[test]
    fn text_on_a_colour_is_black_or_white() {
        for light in ["ffffff", "ffd400", "7fb4ff"] {
            assert!(Color::parse(light).unwrap().is_light(), "{light}");
        }
        for dark in ["000000", "0b57d0", "8a1c1c"] {
            assert!(!Color::parse(dark).unwrap().is_light(), "{dark}");
        }
    }
}
