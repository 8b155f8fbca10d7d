//! Devices: confirming them, and what their users and administrators may do with them.

use base64::prelude::{BASE64_STANDARD, Engine};
use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::srp::Verifier;
use poolhouse_domain::devices::Device;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{DeviceRememberedStatusType, DeviceSecretVerifierConfigType};

use crate::{Caller, Cx, retried};

const DEVICE_VERIFIER: Purpose = Purpose::new("device verifier");

impl Cx {
    /// Confirms the device that the caller signed in from; answers whether the user still has to say that it is to be
    /// remembered. A device without a verifier is kept track of and never signs in as a device. One that was forgotten
    /// can't be confirmed again: it has to sign in as a new one first.
    pub async fn confirm_device(
        &self,
        caller: Caller,
        key: &str,
        secret: Option<&DeviceSecretVerifierConfigType>,
        name: Option<String>,
    ) -> Result<bool> {
        let Caller { pool, user, .. } = &caller;
        pool.check_tracks_devices()?;
        let family = self.store.families().get(pool.id(), &caller.event_id).await?;
        let family = family.ok_or(Error::AccessTokenRevoked)?;
        let identity = family.device.filter(|identity| identity.key == key);
        let identity = identity.ok_or(Error::DeviceNotFound)?;
        if !self.store.families().has_device(pool.id(), &user.sub, key).await? {
            return Err(Error::DeviceNotFound);
        }
        let verifier = secret.map(parse_verifier).transpose()?;
        let now = self.now();
        let mut device = Device {
            pool_id: pool.id().to_owned(),
            sub: user.sub.clone(),
            identity,
            is_remembered: !pool.remembers_devices_on_prompt(),
            name,
            sealed_verifier: None,
            created_at: now,
            modified_at: now,
            authenticated_at: family.authenticated_at,
            last_ip_used: self.request.source_ip.map(|address| address.to_string()),
            version: 0,
        };
        if let Some(verifier) = verifier {
            device.sealed_verifier = Some(self.seal_device_verifier(&device, &verifier)?);
        }
        if self.store.devices().insert(&device).await? {
            Ok(pool.remembers_devices_on_prompt())
        } else {
            Err(Error::DeviceExists)
        }
    }

    /// The device `key` of a user.
    pub async fn device(&self, pool: &Pool, user: &User, key: &str) -> Result<Device> {
        pool.check_tracks_devices()?;
        let device = self.store.devices().get(pool.id(), &user.sub, key).await?;
        device.ok_or(Error::DeviceNotFound)
    }

    /// A page of the devices of a user, by their keys, and the token of the next one.
    pub async fn devices(
        &self,
        pool: &Pool,
        user: &User,
        limit: Option<i32>,
        token: Option<&str>,
    ) -> Result<(Vec<Device>, Option<String>)> {
        pool.check_tracks_devices()?;
        let list = ["devices", pool.id(), &user.sub];
        let page = self.page(&list, limit, token)?;
        let devices = self.store.devices();
        let mut devices = devices
            .list(pool.id(), &user.sub, page.after.as_deref(), page.fetch())
            .await?;
        let next = self.next_page(&list, &page, &mut devices, |device| device.identity.key.clone())?;
        Ok((devices, next))
    }

    /// Remembers a device, or stops to.
    pub async fn set_device_status(
        &self,
        pool: &Pool,
        user: &User,
        key: &str,
        status: Option<DeviceRememberedStatusType>,
    ) -> Result<()> {
        retried(|| async {
            let mut device = self.device(pool, user, key).await?;
            device.set_status(status, self.now());
            Ok(self.store.devices().replace(&mut device).await?)
        })
        .await
    }

    /// Forgets a device: it signs in as a new one, and its refresh tokens work no more.
    pub async fn forget_device(&self, pool: &Pool, user: &User, key: &str) -> Result<()> {
        pool.check_tracks_devices()?;
        // In the order in which sign-ins lock their rows.
        let mut tx = self.store.begin().await?;
        tx.families().forget_device(pool.id(), &user.sub, key).await?;
        if !tx.devices().delete(pool.id(), &user.sub, key).await? {
            return Err(Error::DeviceNotFound);
        }
        Ok(tx.commit().await?)
    }

    /// Opens the SRP verifier of a device's password.
    pub(crate) fn open_device_verifier(&self, device: &Device) -> Result<Verifier> {
        let sealed = device.sealed_verifier.as_deref().ok_or(Error::DeviceNotFound)?;
        let opened = self
            .sealer
            .open(DEVICE_VERIFIER, place(device).as_bytes(), sealed)
            .map_err(Error::internal)?;
        Verifier::from_bytes(&opened).map_err(Error::internal)
    }

    fn seal_device_verifier(&self, device: &Device, verifier: &Verifier) -> Result<String> {
        self.sealer
            .seal(
                DEVICE_VERIFIER,
                place(device).as_bytes(),
                &verifier.to_bytes(),
                self.entropy.as_ref(),
            )
            .map_err(Error::internal)
    }
}

/// The salt and the verifier that a device has made of its password, both in base64.
fn parse_verifier(secret: &DeviceSecretVerifierConfigType) -> Result<Verifier> {
    let bytes = |text: &Option<String>| text.as_deref().and_then(|text| BASE64_STANDARD.decode(text).ok());
    let (salt, verifier) = (bytes(&secret.salt), bytes(&secret.password_verifier));
    let parsed = salt
        .zip(verifier)
        .and_then(|(salt, verifier)| Verifier::from_parts(&salt, &verifier).ok());
    parsed.ok_or_else(|| Error::invalid_parameter("Invalid device secret verifier."))
}

/// The place that the secrets of a device are bound to.
fn place(device: &Device) -> String {
    format!("devices|{}|{}|{}", device.pool_id, device.sub, device.identity.key)
}
