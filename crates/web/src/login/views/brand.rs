//! The look that an administrator gave to the pages.

use std::fmt::Write as _;

use poolhouse_domain::branding::brand::Palette;
use poolhouse_domain::branding::css::ClassicStylesheet;

use super::Href;

/// In which light the pages are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// In that of the user's system.
    #[default]
    Dynamic,
    Light,
    Dark,
}

impl Scheme {
    /// The schemes that the page supports, as browsers are told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dynamic => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// When rules for the dark hold; none when they never do.
    pub fn dark_media(self) -> Option<&'static str> {
        match self {
            Self::Dynamic => Some("(prefers-color-scheme: dark)"),
            Self::Light => None,
            Self::Dark => Some("all"),
        }
    }
}

/// Who the pages belong to, and how they look.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// The name over the form where there is no logo, and in the title of the window.
    pub name: String,
    pub scheme: Scheme,
    pub logo: Option<Href>,
    /// The logo in the dark, where it is another.
    pub dark_logo: Option<Href>,
    pub favicon: Option<Href>,
    /// Where [`Brand::stylesheet`] is served, if it says anything.
    pub stylesheet: Option<Href>,
    pub light: Palette,
    pub dark: Palette,
    /// Pictures behind everything.
    pub background: Option<Href>,
    pub dark_background: Option<Href>,
    /// Rules for the classes of the classic pages.
    pub classic: Option<ClassicStylesheet>,
    pub terms: Option<Href>,
    pub privacy: Option<Href>,
}

impl Brand {
    /// The logo in the dark, and when it is shown.
    pub fn dark_source(&self) -> Option<(&Href, &'static str)> {
        self.dark_logo.as_ref().zip(self.scheme.dark_media())
    }

    /// The stylesheet that stands after ours, as `text/css`.
    pub fn stylesheet(&self) -> String {
        let mut css = rules(&self.light, self.background.as_ref());
        let dark = rules(&self.dark, self.dark_background.as_ref());
        if let Some(media) = self.scheme.dark_media().filter(|_| !dark.is_empty()) {
            // Writing to a string can't fail.
            let _ = writeln!(css, "@media {media}{{{}}}", dark.trim_end());
        }
        css + self.classic.as_ref().map_or("", ClassicStylesheet::as_str)
    }
}

/// The rules of one mode.
fn rules(palette: &Palette, background: Option<&Href>) -> String {
    let mut css = String::new();
    let declarations = declarations(palette);
    if !declarations.is_empty() {
        css = format!(":root{{{declarations}}}\n");
    }
    if let Some(background) = background {
        // Addresses of our own hold nothing that ends a string.
        let _ = writeln!(
            css,
            "body{{background:center/cover no-repeat fixed url(\"{background}\")}}"
        );
    }
    css
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
    use poolhouse_domain::branding::colors::Color;

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
             @media (prefers-color-scheme: dark){:root{--accent:#99ccffff;--on-accent:#000;}}\n\
             .label-customizable{color:red}\n"
        );
        assert_eq!(Brand::default().stylesheet(), "");
        let light = Brand {
            scheme: Scheme::Light,
            classic: None,
            background: Some(Href::local("/brand/pool/picture.png", None)),
            ..brand.clone()
        };
        assert_eq!(
            light.stylesheet(),
            ":root{--accent:#0972d3ff;--text:#111111ff;--on-accent:#fff;}\n\
             body{background:center/cover no-repeat fixed url(\"/brand/pool/picture.png\")}\n"
        );
        let dark = Brand {
            scheme: Scheme::Dark,
            ..light
        };
        assert!(dark.stylesheet().contains("@media all{:root{--accent:#99ccffff;"));
    }
}
