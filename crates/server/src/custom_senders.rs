//! Finds the key under which codes are encrypted for the functions that send them.

use std::fs;
use std::sync::Arc;

use anyhow::Context;
use poolhouse_crypto::entropy::Entropy;
use poolhouse_outbound::{CodeEncryptor, CustomSenderKey, KmsAccess};

use crate::config::{Config, ConnectionUrl};

/// Encrypts codes in the way that is configured; the configuration has been checked to name one or none.
pub fn code_encryptor(config: &Config, entropy: Arc<dyn Entropy>) -> anyhow::Result<Option<Arc<CodeEncryptor>>> {
    let encryptor = if let (Some(region), Some(key)) = (&config.kms_region, &config.kms_access_key) {
        let access = KmsAccess {
            region: region.clone(),
            access_key_id: key.id.clone(),
            secret_access_key: key.secret.expose().to_owned(),
        };
        let endpoint = config.kms_endpoint.as_ref().map(ConnectionUrl::expose);
        CodeEncryptor::kms(access, endpoint, entropy)
            .context("codes cannot be encrypted with the settings kms_region and kms_endpoint")?
    } else if let Some(key) = local_key(config)? {
        CodeEncryptor::local(key, entropy)
    } else {
        return Ok(None);
    };
    Ok(Some(Arc::new(encryptor)))
}

fn local_key(config: &Config) -> anyhow::Result<Option<CustomSenderKey>> {
    if let Some(key) = &config.custom_sender_key {
        let key = CustomSenderKey::parse(key.expose()).context("the setting custom_sender_key is not usable")?;
        return Ok(Some(key));
    }
    let Some(path) = &config.custom_sender_key_file else {
        return Ok(None);
    };
    let shown = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("the file {shown} with the key for custom senders cannot be read"))?;
    let key = CustomSenderKey::parse(&text)
        .with_context(|| format!("the file {shown} with the key for custom senders is not usable"))?;
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use poolhouse_crypto::entropy::SystemEntropy;

    use super::*;
    use crate::config::Settings;

    fn outcome(settings: &str) -> Result<String, String> {
        // Two tests may both be first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = Config::resolve(toml::from_str::<Settings>(settings).unwrap()).unwrap();
        code_encryptor(&config, Arc::new(SystemEntropy))
            .map(|encryptor| encryptor.map_or(String::new(), |encryptor| format!("{encryptor:?}")))
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_key_is_a_setting_or_in_a_file_or_at_a_kms_or_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            format!("custom_sender_key_file = '{}'", path.display())
        };
        let key = "0f".repeat(32);
        let printed = |settings: &str| outcome(settings).unwrap();
        assert_eq!(printed(""), "");
        for settings in [
            format!("custom_sender_key = '{key}'"),
            file("good", &format!("{key}\n")),
        ] {
            assert!(printed(&settings).contains("Local"), "{settings}");
        }
        let kms = "kms_region = 'eu-west-1'\nkms_access_key = { id = 'AKIA', secret = 's3cret' }";
        assert!(printed(kms).contains("kms.eu-west-1.amazonaws.com"));
        assert!(printed(&format!("{kms}\nkms_endpoint = 'http://kms.internal'")).contains("kms.internal"));
    }

    #[test]
    fn a_key_that_is_not_usable_is_said_without_being_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let shown = path.display();
        let file = format!("custom_sender_key_file = '{shown}'");
        let form = "a key for custom senders is 32 bytes, written in Base64 or as 64 hexadecimal digits";
        assert_eq!(
            outcome("custom_sender_key = 's3cret'").unwrap_err(),
            format!("the setting custom_sender_key is not usable: {form}")
        );
        let missing = outcome(&file).unwrap_err();
        let beginning = format!("the file {shown} with the key for custom senders cannot be read: ");
        assert!(missing.starts_with(&beginning), "{missing}");
        fs::write(&path, "s3cret").unwrap();
        assert_eq!(
            outcome(&file).unwrap_err(),
            format!("the file {shown} with the key for custom senders is not usable: {form}")
        );
        assert_eq!(
            outcome(
                "kms_region = 'eu-west-1'\nkms_access_key = { id = 'A', secret = 's' }\nkms_endpoint = 'ftp://s3cret'"
            )
            .unwrap_err(),
            "codes cannot be encrypted with the settings kms_region and kms_endpoint: the URL of the KMS endpoint must \
             begin with http:// or https://"
        );
    }
}
