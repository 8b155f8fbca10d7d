//! What pages show of an administrator's wishes: plain values, each of them checked.

use poolhouse_model::{AssetCategoryType, ColorSchemeModeType};
use serde_json::Value;

use super::classic::Customization;
use super::colors::Color;
use super::css::ClassicStylesheet;
use super::images::ImageName;
use super::settings;
use super::style::Style;
use crate::clients::Client;
use crate::terms::{PRIVACY_POLICY, TERMS_OF_USE, Terms};

/// How the pages of an app client look.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand {
    /// The name of the app client.
    pub name: String,
    /// Whether an administrator has given the app client a style, without which Amazon Cognito shows no managed login.
    /// The classic pages need none.
    pub has_style: bool,
    pub color_scheme: ColorSchemeModeType,
    pub light: Palette,
    pub dark: Palette,
    pub logo: Picture,
    pub background: Picture,
    pub favicon: Option<ImageName>,
    /// Rules for the classes of the classic pages.
    pub stylesheet: Option<ClassicStylesheet>,
    terms: Vec<Terms>,
}

/// Colours of the pages in one mode; what is missing is as it is by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Palette {
    /// Buttons, links and what has the focus.
    pub accent: Option<Color>,
    /// Behind everything.
    pub background: Option<Color>,
    /// Behind the form.
    pub surface: Option<Color>,
    pub text: Option<Color>,
    /// The edges of fields.
    pub border: Option<Color>,
}

/// An image, which may differ by mode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    pub light: Option<ImageName>,
    pub dark: Option<ImageName>,
}

/// The addresses of both terms documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsLinks<'a> {
    pub terms_of_use: &'a str,
    pub privacy_policy: &'a str,
}

impl Brand {
    /// The look of managed login; a client without a style has the default one.
    pub fn of_style(client: &Client, style: Option<&Style>, terms: Vec<Terms>) -> Self {
        let changed = style.and_then(|style| style.settings.as_ref());
        let all = settings::with_defaults(changed);
        let flag = |pointer: &str| all.pointer(pointer) == Some(&Value::Bool(true));
        let picture = |shown: bool, category| Picture::of(style.filter(|_| shown), category);
        let mut logo = picture(flag("/components/form/logo/enabled"), AssetCategoryType::FormLogo);
        if logo == Picture::default() {
            let in_header =
                flag("/categories/global/pageHeader/enabled") && flag("/components/pageHeader/logo/enabled");
            logo = picture(in_header, AssetCategoryType::PageHeaderLogo);
        }
        let background = picture(
            flag("/components/pageBackground/image/enabled"),
            AssetCategoryType::PageBackground,
        );
        let scheme = all
            .pointer("/categories/global/colorSchemeMode")
            .and_then(Value::as_str);
        Self {
            name: client.settings.client_name.clone().unwrap_or_default(),
            has_style: style.is_some(),
            color_scheme: scheme
                .and_then(|scheme| scheme.parse().ok())
                .unwrap_or(ColorSchemeModeType::Dynamic),
            light: changed
                .map(|changed| Palette::of(changed, "lightMode"))
                .unwrap_or_default(),
            dark: changed
                .map(|changed| Palette::of(changed, "darkMode"))
                .unwrap_or_default(),
            logo,
            background,
            favicon: style.and_then(|style| favicon(style, &all)),
            stylesheet: None,
            terms,
        }
    }

    /// The look of the classic hosted UI.
    pub fn of_customization(client: &Client, customization: Option<&Customization>, terms: Vec<Terms>) -> Self {
        let logo = customization.and_then(|customization| customization.logo.clone());
        Self {
            logo: Picture {
                light: logo.clone(),
                dark: logo,
            },
            has_style: true,
            stylesheet: customization.and_then(Customization::stylesheet),
            ..Self::of_style(client, None, terms)
        }
    }

    /// The addresses of the terms documents for those who read the language with this tag; only both are shown.
    pub fn terms(&self, language: &str) -> Option<TermsLinks<'_>> {
        let link = |name: &str| {
            let document = self.terms.iter().find(|terms| terms.name == name);
            document.and_then(|terms| terms.link(language))
        };
        Some(TermsLinks {
            terms_of_use: link(TERMS_OF_USE)?,
            privacy_policy: link(PRIVACY_POLICY)?,
        })
    }
}

impl Palette {
    fn of(settings: &Value, mode: &str) -> Self {
        let color = |place: &str| {
            let (component, member) = place.split_once('*')?;
            let text = settings.pointer(&format!("{component}{mode}{member}"))?;
            Color::parse(text.as_str()?).ok()
        };
        Self {
            accent: color("/components/primaryButton/*/defaults/backgroundColor"),
            background: color("/components/pageBackground/*/color"),
            surface: color("/components/form/*/backgroundColor"),
            text: color("/components/pageText/*/bodyColor"),
            border: color("/componentClasses/input/*/defaults/borderColor"),
        }
    }
}

impl Picture {
    fn of(style: Option<&Style>, category: AssetCategoryType) -> Self {
        let image = |mode| style.and_then(|style| style.image(category, mode)).cloned();
        Self {
            light: image(ColorSchemeModeType::Light),
            dark: image(ColorSchemeModeType::Dark),
        }
    }
}

/// The icon of the first enabled type that there is one of.
fn favicon(style: &Style, settings: &Value) -> Option<ImageName> {
    let enabled = settings
        .pointer("/components/favicon/enabledTypes")
        .and_then(Value::as_array);
    let of_type = |name: &str, category| {
        let is_enabled = enabled.is_some_and(|types| types.iter().any(|known| known == name));
        Picture::of(Some(style).filter(|_| is_enabled), category).light
    };
    of_type("SVG", AssetCategoryType::FaviconSvg).or_else(|| of_type("ICO", AssetCategoryType::FaviconIco))
}
