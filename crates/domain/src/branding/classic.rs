//! The look of the classic hosted UI: a logo, and a stylesheet for a few classes.

use poolhouse_model::{AssetExtensionType, Timestamp, UICustomizationType};
use serde::{Deserialize, Serialize};

use super::css::ClassicStylesheet;
use super::images::{Image, ImageName};
use crate::domains::version;
use crate::pools::Pool;
use crate::{Error, Result};

/// What stands for all app clients that have no look of their own.
pub const ALL: &str = "ALL";

/// The longest stylesheet, in bytes.
const CSS_LENGTH: usize = 3 * 1024;
/// The largest logo, in bytes.
const LOGO_SIZE: usize = 100 * 1024;

/// The classic look of one app client, or of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customization {
    pub pool_id: String,
    /// An app client, or [`ALL`].
    pub target: String,
    /// The stylesheet as the administrator gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<ImageName>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Customization {
    /// Makes the look that a request asks for, and its logo. Without stylesheet and logo there is none.
    pub fn new(
        pool: &Pool,
        target: &str,
        css: Option<String>,
        logo: Option<Vec<u8>>,
        now: Timestamp,
    ) -> Result<Option<(Self, Option<Image>)>> {
        let css = css.filter(|css| !css.is_empty());
        if let Some(css) = &css {
            if css.len() > CSS_LENGTH {
                return Err(Error::invalid_parameter(format!(
                    "CSS must not be longer than {CSS_LENGTH} bytes."
                )));
            }
            ClassicStylesheet::parse(css)?;
        }
        let logo = logo.filter(|bytes| !bytes.is_empty()).map(read_logo).transpose()?;
        if css.is_none() && logo.is_none() {
            return Ok(None);
        }
        let customization = Self {
            pool_id: pool.id().to_owned(),
            target: target.to_owned(),
            css,
            logo: logo.as_ref().map(|image| image.name.clone()),
            created_at: now,
            modified_at: now,
        };
        Ok(Some((customization, logo)))
    }

    /// The stylesheet as browsers may get it.
    pub fn stylesheet(&self) -> Option<ClassicStylesheet> {
        self.css.as_deref().and_then(|css| ClassicStylesheet::parse(css).ok())
    }

    /// The look as the operations return it; `logo_url` is where the logo is served.
    pub fn describe(&self, logo_url: Option<String>) -> UICustomizationType {
        UICustomizationType {
            user_pool_id: Some(self.pool_id.clone()),
            client_id: Some(self.target.clone()),
            image_url: logo_url,
            css: self.css.clone(),
            css_version: self.css.as_ref().and_then(|_| version(self.modified_at)),
            last_modified_date: Some(self.modified_at),
            creation_date: Some(self.created_at),
        }
    }
}

impl Pool {
    /// Refuses what is done with classic pages in a pool that has none.
    pub fn check_has_domain(&self) -> Result<()> {
        match self.domains().next() {
            Some(_) => Ok(()),
            None => Err(Error::invalid_parameter(
                "There has to be an existing domain associated with this user pool",
            )),
        }
    }
}

fn read_logo(bytes: Vec<u8>) -> Result<Image> {
    if bytes.len() > LOGO_SIZE {
        return Err(Error::invalid_parameter(format!(
            "ImageFile must not be larger than {LOGO_SIZE} bytes."
        )));
    }
    Image::read_any(&[AssetExtensionType::Png, AssetExtensionType::Jpeg], bytes)
}
