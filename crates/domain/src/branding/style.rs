//! Styles of managed login: the settings and images of an app client's pages.

use std::collections::BTreeMap;

use poolhouse_model::{
    AssetCategoryType, AssetExtensionType, AssetType, Blob, ColorSchemeModeType, ManagedLoginBrandingType, Timestamp,
    UserPoolTierType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::images::{Image, ImageName};
use super::settings;
use crate::pools::{Pool, tier_lacks};
use crate::{Error, Result};

/// The most images of a style.
const ASSETS: usize = 40;

/// A style of managed login; an app client has one at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Style {
    pub id: String,
    pub pool_id: String,
    pub client_id: String,
    /// Whether the style is the default one.
    pub uses_provided_values: bool,
    /// What the administrator changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    pub assets: Vec<Asset>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

/// An image with its place in a style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    #[serde(flatten)]
    pub place: Place,
    pub image: ImageName,
}

/// Where a style shows an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub category: AssetCategoryType,
    pub color_mode: ColorSchemeModeType,
    /// Tells several images of one category apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
}

/// What a request makes of a style.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleChange {
    /// None are the default values.
    settings: Option<Value>,
    assets: Vec<(Place, NewImage)>,
}

#[derive(Debug, Clone, PartialEq)]
enum NewImage {
    Given(Image),
    /// The image that the style has in this place already.
    Kept(AssetExtensionType),
}

impl StyleChange {
    /// Checks what a request asks for.
    pub fn new(
        use_provided_values: Option<bool>,
        settings: Option<Value>,
        assets: Option<Vec<AssetType>>,
    ) -> Result<Self> {
        if use_provided_values == Some(true) && settings.is_some()
            || use_provided_values != Some(true) && settings.is_none()
        {
            return Err(Error::invalid_parameter(
                "useCognitoProvidedValues or settings should be specified (but not both)",
            ));
        }
        if let Some(settings) = &settings {
            settings::check(settings)?;
        }
        let mut checked: Vec<(Place, NewImage)> = Vec::new();
        for asset in assets.unwrap_or_default() {
            let (place, image) = read(asset)?;
            if checked.iter().any(|(known, _)| *known == place) {
                return Err(Error::invalid_parameter(format!("Assets has {place} more than once.")));
            }
            checked.push((place, image));
        }
        Ok(Self {
            settings,
            assets: checked,
        })
    }

    /// The images that the request brings.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        self.assets.iter().filter_map(|(_, image)| match image {
            NewImage::Given(image) => Some(image),
            NewImage::Kept(_) => None,
        })
    }
}

impl Style {
    /// Makes the style of an app client.
    pub fn create(id: String, pool_id: &str, client_id: &str, change: &StyleChange, now: Timestamp) -> Result<Self> {
        let mut style = Self {
            id,
            pool_id: pool_id.to_owned(),
            client_id: client_id.to_owned(),
            uses_provided_values: true,
            settings: None,
            assets: Vec::new(),
            created_at: now,
            modified_at: now,
            version: 0,
        };
        style.change(change, now)?;
        Ok(style)
    }

    /// Changes what a request names; what it leaves out stays. The default values replace everything.
    pub fn change(&mut self, change: &StyleChange, now: Timestamp) -> Result<()> {
        match &change.settings {
            None => {
                self.settings = None;
                self.assets.clear();
            }
            Some(given) => {
                let settings = self.settings.get_or_insert_with(|| json!({}));
                settings::merge(settings, given);
                settings::check_length(settings)?;
            }
        }
        self.uses_provided_values = change.settings.is_none();
        for (place, image) in &change.assets {
            self.put(place, image)?;
        }
        if self.assets.len() > ASSETS {
            return Err(Error::invalid_parameter(format!(
                "A style can have {ASSETS} assets at most."
            )));
        }
        self.modified_at = now;
        Ok(())
    }

    fn put(&mut self, place: &Place, image: &NewImage) -> Result<()> {
        let known = self.assets.iter_mut().find(|asset| asset.place == *place);
        match (known, image) {
            (Some(asset), NewImage::Given(image)) => asset.image = image.name.clone(),
            (None, NewImage::Given(image)) => self.assets.push(Asset {
                place: place.clone(),
                image: image.name.clone(),
            }),
            (Some(asset), NewImage::Kept(extension)) if asset.image.extension == *extension => {}
            (_, NewImage::Kept(_)) => {
                return Err(Error::invalid_parameter(format!("The asset {place} has no Bytes.")));
            }
        }
        Ok(())
    }

    /// The style as the operations return it, with the bytes of its images by digest; `merged` adds the defaults.
    pub fn describe(&self, images: &BTreeMap<String, Vec<u8>>, merged: bool) -> ManagedLoginBrandingType {
        let asset = |asset: &Asset| AssetType {
            category: asset.place.category,
            color_mode: asset.place.color_mode,
            extension: asset.image.extension,
            bytes: images.get(&asset.image.digest).cloned().map(Blob),
            resource_id: asset.place.resource_id.clone(),
        };
        ManagedLoginBrandingType {
            managed_login_branding_id: Some(self.id.clone()),
            user_pool_id: Some(self.pool_id.clone()),
            use_cognito_provided_values: Some(self.uses_provided_values),
            settings: if merged {
                Some(settings::with_defaults(self.settings.as_ref()))
            } else {
                self.settings.clone()
            },
            assets: Some(self.assets.iter().map(asset).collect()),
            creation_date: Some(self.created_at),
            last_modified_date: Some(self.modified_at),
        }
    }

    /// The image of a category in one mode: its own, or that of both modes.
    pub fn image(&self, category: AssetCategoryType, mode: ColorSchemeModeType) -> Option<&ImageName> {
        let find = |mode| {
            let in_place = |asset: &&Asset| asset.place.category == category && asset.place.color_mode == mode;
            self.assets.iter().find(in_place)
        };
        let asset = find(mode).or_else(|| find(ColorSchemeModeType::Dynamic));
        asset.map(|asset| &asset.image)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} in {}", self.category, self.color_mode)?;
        match &self.resource_id {
            Some(resource_id) => write!(formatter, " with ResourceId {resource_id}"),
            None => Ok(()),
        }
    }
}

impl Pool {
    /// Refuses styles in a plan that lacks managed login.
    pub fn check_styles_in_tier(&self) -> Result<()> {
        if self.tier() == UserPoolTierType::Lite {
            Err(tier_lacks("Managed login branding"))
        } else {
            Ok(())
        }
    }
}

fn read(asset: AssetType) -> Result<(Place, NewImage)> {
    use AssetCategoryType::{FaviconIco, FaviconSvg};
    use AssetExtensionType::{Ico, Svg};
    let AssetType {
        category, extension, ..
    } = asset;
    let fits = match category {
        FaviconIco => extension == Ico,
        FaviconSvg => extension == Svg,
        _ => extension != Ico,
    };
    if !fits {
        return Err(Error::invalid_parameter(format!(
            "Assets of category {category} can't have extension {extension}."
        )));
    }
    let place = Place {
        category,
        color_mode: asset.color_mode,
        resource_id: asset.resource_id,
    };
    let image = match asset.bytes {
        Some(Blob(bytes)) => NewImage::Given(Image::read(extension, bytes)?),
        None => NewImage::Kept(extension),
    };
    Ok((place, image))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn svg(number: usize) -> Blob {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><g id=\"g{number}\"/></svg>");
        Blob(text.into_bytes())
    }

    fn logo(mode: ColorSchemeModeType, resource_id: Option<&str>, bytes: Option<Blob>) -> AssetType {
        AssetType {
            category: AssetCategoryType::FormLogo,
            color_mode: mode,
            extension: AssetExtensionType::Svg,
            bytes,
            resource_id: resource_id.map(str::to_owned),
        }
    }

    fn change(settings: Value, assets: Vec<AssetType>) -> StyleChange {
        StyleChange::new(None, Some(settings), Some(assets)).unwrap()
    }

    fn style(change: &StyleChange) -> Style {
        Style::create("id".to_owned(), "p_1", "client", change, NOW).unwrap()
    }

    #[test]
    fn a_change_names_one_source() {
        let sentence = "useCognitoProvidedValues or settings should be specified (but not both)";
        for (provided, settings) in [(None, None), (Some(false), None), (Some(true), Some(json!({})))] {
            let message = StyleChange::new(provided, settings, None).unwrap_err().to_string();
            assert_eq!(message, sentence);
        }
        StyleChange::new(Some(false), Some(json!({})), None).unwrap();
    }

    #[test]
    fn assets_replace_those_in_their_place_and_leave_the_others() {
        use ColorSchemeModeType::{Dark, Dynamic, Light};
        let first = change(
            json!({}),
            vec![logo(Light, None, Some(svg(1))), logo(Light, Some("two"), Some(svg(2)))],
        );
        let mut style = style(&first);
        let second = change(
            json!({}),
            vec![logo(Light, None, Some(svg(3))), logo(Dynamic, None, Some(svg(4)))],
        );
        style.change(&second, NOW).unwrap();
        let given: Vec<&ImageName> = second.images().map(|image| &image.name).collect();
        assert_eq!(style.assets.len(), 3);
        assert_eq!(style.image(AssetCategoryType::FormLogo, Light), Some(given[0]));
        assert_eq!(style.image(AssetCategoryType::FormLogo, Dark), Some(given[1]));
        assert_eq!(style.image(AssetCategoryType::PageBackground, Dark), None);

        style
            .change(&change(json!({}), vec![logo(Light, None, None)]), NOW)
            .unwrap();
        assert_eq!(style.image(AssetCategoryType::FormLogo, Light), Some(given[0]));
        let unknown = change(json!({}), vec![logo(Dark, Some("x"), None)]);
        assert_eq!(
            style.change(&unknown, NOW).unwrap_err().to_string(),
            "The asset FORM_LOGO in DARK with ResourceId x has no Bytes."
        );
        style
            .change(&StyleChange::new(Some(true), None, None).unwrap(), NOW)
            .unwrap();
        assert!(style.assets.is_empty() && style.settings.is_none() && style.uses_provided_values);
    }

    #[test]
    fn a_style_has_a_number_of_assets_in_different_places() {
        use ColorSchemeModeType::Light;
        let many = |range: std::ops::Range<usize>| {
            let assets = range.map(|number| logo(Light, Some(&number.to_string()), Some(svg(1))));
            change(json!({}), assets.collect())
        };
        let mut style = style(&many(0..30));
        style.change(&many(20..40), NOW).unwrap();
        assert_eq!(
            style.change(&many(40..41), NOW).unwrap_err().to_string(),
            "A style can have 40 assets at most."
        );
        let twice = vec![logo(Light, None, Some(svg(1))), logo(Light, None, Some(svg(2)))];
        let message = StyleChange::new(None, Some(json!({})), Some(twice))
            .unwrap_err()
            .to_string();
        assert_eq!(message, "Assets has FORM_LOGO in LIGHT more than once.");
    }

    #[test]
    fn icons_are_for_the_favicon() {
        use AssetCategoryType::{FaviconIco, FaviconSvg, FormLogo};
        use AssetExtensionType::{Ico, Png, Svg};
        for (category, extension) in [(FormLogo, Ico), (FaviconIco, Png), (FaviconIco, Svg), (FaviconSvg, Png)] {
            let asset = AssetType {
                category,
                extension,
                ..logo(ColorSchemeModeType::Light, None, Some(svg(1)))
            };
            let message = StyleChange::new(None, Some(json!({})), Some(vec![asset]))
                .unwrap_err()
                .to_string();
            assert_eq!(
                message,
                format!("Assets of category {category} can't have extension {extension}.")
            );
        }
    }
}
