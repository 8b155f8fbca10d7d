//! How the pages of app clients look: styles of managed login, the classic look, and their images.

use std::sync::Arc;

use poolhouse_domain::branding::brand::Brand;
use poolhouse_domain::branding::classic::{ALL, Customization};
use poolhouse_domain::branding::images::{Image, ImageName};
use poolhouse_domain::branding::style::{Style, StyleChange};
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::terms::Terms;
use poolhouse_domain::{Error, Result};
use poolhouse_model::ManagedLoginBrandingType;

use crate::{Cx, retried};

/// What administrators wish for the pages of an app client.
pub struct Wishes {
    style: Option<Style>,
    customization: Option<Customization>,
    terms: Vec<Terms>,
}

/// An image of a brand, to be served with `nosniff` and the policy [`Self::POLICY`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandImage {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

impl BrandImage {
    /// The content security policy of images: one that is opened by itself runs nothing and loads nothing.
    pub const POLICY: &'static str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
}

impl Cx {
    /// How the pages of `client` look, as this node has known it for at most a second: classic, if the domain of the
    /// pool is, and otherwise by the style of the client.
    pub async fn brand_of(&self, pool: &Pool, client: &Client) -> Result<Brand> {
        let wishes = self.wishes_of(pool, client).await?;
        let terms = wishes.terms.clone();
        let is_classic = pool
            .domains()
            .next()
            .is_some_and(|domain| !domain.shows_managed_login());
        Ok(if is_classic {
            Brand::of_customization(client, wishes.customization.as_ref(), terms)
        } else {
            Brand::of_style(client, wishes.style.as_ref(), terms)
        })
    }

    async fn wishes_of(&self, pool: &Pool, client: &Client) -> Result<Arc<Wishes>> {
        let read = async || {
            Ok(Arc::new(Wishes {
                style: self.store.styles().of_client(client.id()).await?,
                customization: self.customization(pool, client.id()).await?,
                terms: self.store.terms().of_client(client.id()).await?,
            }))
        };
        self.brands.get(client.id(), read).await
    }

    /// Forgets what this node knows of the look of an app client that was written, or of [`ALL`].
    pub fn forget_brand(&self, target: &str) {
        if target == ALL {
            self.brands.forget_all();
        } else {
            self.brands.forget(target);
        }
    }

    /// The path at which an image of a pool is served.
    pub fn brand_image_path(&self, pool: &Pool, image: &ImageName) -> String {
        format!("/brand/{}/{}", pool.id(), image.file_name())
    }

    /// The image of a pool that is served under `file_name`.
    pub async fn brand_image(&self, pool_id: &str, file_name: &str) -> Result<Option<BrandImage>> {
        let Some(name) = ImageName::parse(file_name) else {
            return Ok(None);
        };
        let mut bytes = self.store.styles().image(pool_id, &name.digest).await?;
        if bytes.is_none() {
            bytes = self.store.ui_customizations().logo(pool_id, &name.digest).await?;
        }
        // The ending of the name is the caller's word: another one than that of the image would be another kind.
        let image = bytes.and_then(|bytes| Image::read(name.extension, bytes).ok());
        Ok(image.map(|image| BrandImage {
            media_type: image.name.media_type(),
            bytes: image.bytes,
        }))
    }

    /// The style `id` of `pool`.
    pub async fn style(&self, pool: &Pool, id: &str) -> Result<Style> {
        let id = id.to_ascii_lowercase();
        self.store
            .styles()
            .get(pool.id(), &id)
            .await?
            .ok_or(Error::StyleNotFound)
    }

    /// The style of an app client.
    pub async fn style_of(&self, client: &Client) -> Result<Style> {
        let style = self.store.styles().of_client(client.id()).await?;
        style.ok_or_else(|| Error::StyleOfClientNotFound(client.id().to_owned()))
    }

    /// The style as the operations return it; `merged` adds the defaults.
    pub async fn describe_style(&self, style: &Style, merged: bool) -> Result<ManagedLoginBrandingType> {
        let images = self.store.styles().images(&style.id).await?;
        Ok(style.describe(&images, merged))
    }

    /// Gives an app client its style.
    pub async fn create_style(&self, pool: &Pool, client: &Client, change: &StyleChange) -> Result<Style> {
        let id = self.entropy.uuid_v4();
        let style = Style::create(id, pool.id(), client.id(), change, self.now())?;
        let inserted = self.store.styles().insert(&style, change.images()).await;
        inserted.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => Error::StyleExists(client.id().to_owned()),
            other => other.into(),
        })?;
        self.forget_brand(client.id());
        Ok(style)
    }

    /// Changes the style `id` of `pool`.
    pub async fn change_style(&self, pool: &Pool, id: &str, change: &StyleChange) -> Result<Style> {
        let style = retried(|| async {
            let mut style = self.style(pool, id).await?;
            style.change(change, self.now())?;
            self.store.styles().replace(&mut style, change.images()).await?;
            Ok(style)
        })
        .await?;
        self.forget_brand(&style.client_id);
        Ok(style)
    }

    /// The classic look of an app client, which is that of all if it has none of its own.
    pub async fn customization(&self, pool: &Pool, target: &str) -> Result<Option<Customization>> {
        let own = self.store.ui_customizations().get(pool.id(), target).await?;
        if own.is_some() || target == ALL {
            return Ok(own);
        }
        Ok(self.store.ui_customizations().get(pool.id(), ALL).await?)
    }

    /// The address of the logo of a classic look.
    pub fn logo_url(&self, pool: &Pool, customization: &Customization) -> Option<String> {
        let path = self.brand_image_path(pool, customization.logo.as_ref()?);
        Some(format!("{}{path}", self.settings.public_url))
    }
}
