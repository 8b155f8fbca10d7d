//! The look that an administrator gave to the pages.

use std::fmt::Write as _;

use poolhouse_domain::branding::colors::Color;
use poolhouse_domain::branding::css::ClassicStylesheet;

use super::Href;

/// Colours of the pages in one mode; what is missing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// Buttons, links and what has the focus.
    pub accent: Option<Color>,
    /// Behind everything.
    pub background: Option<Color>,
    /// Behind the form.
    pub surface: Option<Color>,
    /// Text.
    pub text: Option<Color>,
    /// The edges of fields.
    pub border: Option<Color>,
}

/// Who the pages belong to, and how they look.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// The name over the form where there is no logo, and in the title of the window.
    pub name: String,
    pub logo: Option<Href>,
    pub favicon: Option<Href>,
    /// Where [`Brand::stylesheet`] is served, if it says anything.
    pub stylesheet: Option<Href>,
    pub light: Palette,
    pub dark: Palette,
    /// Rules for the classes of the classic pages.
    pub classic: Option<ClassicStylesheet>,
    pub terms: Option<Href>,
    pub privacy: Option<Href>,
}

impl Brand {
    /// The stylesheet that stands after ours, as `text/css`.
    pub fn stylesheet(&self) -> String {
        let light = declarations(&self.light);
        let dark = declarations(&self.dark);
        let mut css = String::new();
        if !light.is_empty() {
            css = format!(":root{{{light}}}\n");
        }
        if !dark.is_empty() {
            css += &format!("@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n");
        }
        css + self.classic.as_ref().map_or("", ClassicStylesheet::as_str)
    }
}

fn declarations(palette: &Palette) -> String {
    let on_accent = palette
        .accent
        .map(|accent| if accent.is_light() { "#000" } else { "#fff" });
    let mut css = String::new();
    for (name, color) in [
        ("accent", palette.accent),
        ("background", palette.background),
        ("surface", palette.surface),
        ("text", palette.text),
        ("border", palette.border),
    ] {
        if let Some(color) = color {
            // Writing to a string can't fail.
            let _ = write!(css, "--{name}:{color};");
        }
    }
    if let Some(color) = on_accent {
        let _ = write!(css, "--on-accent:{color};");
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_classic_rules_become_a_stylesheet() {
        let color = |text| Some(Color::parse(text).unwrap());
        let brand = Brand {
            light: Palette {
                accent: color("0972d3ff"),
                text: color("111"),
                ..Palette::default()
            },
            dark: Palette {
                accent: color("9cf"),
                ..Palette::default()
            },
            classic: Some(ClassicStylesheet::parse(".label-customizable{color:red}").unwrap()),
            ..Brand::default()
        };
        assert_eq!(
            brand.stylesheet(),
            ":root{--accent:#0972d3ff;--text:#111111ff;--on-accent:#fff;}\n\
             @media (prefers-color-scheme:dark){:root{--accent:#99ccffff;--on-accent:#000;}}\n\
             .label-customizable{color:red}\n"
        );
        assert_eq!(Brand::default().stylesheet(), "");
    }
}
