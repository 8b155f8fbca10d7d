//! AWS KMS, or what speaks like it, used as the AWS KMS keyrings of the AWS Encryption SDK use it.
//!
//! Specification: <https://github.com/awslabs/aws-encryption-sdk-specification>, `framework/aws-kms/aws-kms-keyring.md`.

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::message::{DataKey, EncryptionContext, KEY_LENGTH};
use super::{EncryptionError, KmsSettingError};
use crate::network::client_builder;
use crate::sigv4::{self, RequestError};

/// How long it may take until the KMS is connected to.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// How long a data key may take, from the first packet to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A wrapped key has up to 6144 bytes, before Base64.
const LONGEST_ANSWER: usize = 16 * 1024;
const SERVICE: &str = "kms";
const PROVIDER_ID: &str = "aws-kms";
const CONTENT: &str = "application/x-amz-json-1.1";
const TARGET: &str = "TrentService.GenerateDataKey";

/// On whose behalf data keys are made, and where.
pub struct KmsAccess {
    /// The AWS region of the keys, such as `us-east-1`.
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

/// Has data keys made by `GenerateDataKey`, signed with Signature Version 4.
pub struct Kms {
    client: Client,
    url: Url,
    credentials: Credentials,
    region: String,
    patience: Duration,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateDataKey<'a> {
    key_id: &'a str,
    number_of_bytes: usize,
    encryption_context: &'a EncryptionContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Generated {
    ciphertext_blob: String,
    plaintext: String,
    /// The ARN, whatever the key was asked for by.
    key_id: String,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "__type")]
    kind: String,
}

impl Kms {
    pub fn new(access: KmsAccess, endpoint: Option<&str>) -> Result<Self, KmsSettingError> {
        let url = match endpoint {
            Some(url) => Url::parse(url)?,
            None => Url::parse(&format!("https://kms.{}.amazonaws.com/", access.region))?,
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(KmsSettingError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(KmsSettingError::Credentials);
        }
        let client = client_builder()
            .connect_timeout(CONNECT_PATIENCE)
            .build()
            .map_err(KmsSettingError::Client)?;
        Ok(Self {
            client,
            url,
            credentials: sigv4::credentials(&access.access_key_id, &access.secret_access_key, None),
            region: access.region,
            patience: PATIENCE,
        })
    }

    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Has a data key made and wrapped under the key `key_id`.
    pub async fn data_key(
        &self,
        key_id: &str,
        context: &EncryptionContext<'_>,
        asked_at: i64,
    ) -> Result<DataKey, EncryptionError> {
        let mut request = self
            .request(key_id, context, asked_at)
            .map_err(EncryptionError::Request)?;
        *request.timeout_mut() = Some(self.patience);
        let answer = self.client.execute(request).await.map_err(|error| self.broken(error))?;
        let succeeded = answer.status().is_success();
        let status = answer.status().as_u16();
        let body = self.body(answer).await?;
        if !succeeded {
            return Err(EncryptionError::Refused {
                code: fault_code(&body).unwrap_or_else(|| format!("status {status}")),
            });
        }
        read_data_key(&body).ok_or(EncryptionError::Unreadable)
    }

    fn request(
        &self,
        key_id: &str,
        context: &EncryptionContext<'_>,
        asked_at: i64,
    ) -> Result<reqwest::Request, RequestError> {
        let body = serde_json::to_vec(&GenerateDataKey {
            key_id,
            number_of_bytes: KEY_LENGTH,
            encryption_context: context,
        })?;
        let request = http::Request::post(self.url.as_str())
            .header(CONTENT_TYPE, CONTENT)
            .header("x-amz-target", TARGET)
            .body(body)?;
        let scope = sigv4::Scope {
            credentials: &self.credentials,
            region: &self.region,
            service: SERVICE,
            signed_at: asked_at,
        };
        Ok(scope.sign(request)?.try_into()?)
    }

    /// The whole body, which is refused when it is longer than any data key.
    async fn body(&self, mut answer: Response) -> Result<Zeroizing<Vec<u8>>, EncryptionError> {
        // Never moved by growing, so that no copy of the key is left behind.
        let mut body = Zeroizing::new(Vec::with_capacity(LONGEST_ANSWER));
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.broken(error))? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(EncryptionError::Unreadable);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn broken(&self, error: reqwest::Error) -> EncryptionError {
        if error.is_timeout() {
            EncryptionError::TimedOut {
                seconds: self.patience.as_secs_f64(),
            }
        } else {
            EncryptionError::Unreachable(error.without_url())
        }
    }
}

fn read_data_key(body: &[u8]) -> Option<DataKey> {
    let generated: Generated = serde_json::from_slice(body).ok()?;
    let encoded = Zeroizing::new(generated.plaintext);
    let plaintext = Zeroizing::new(STANDARD.decode(encoded.as_bytes()).ok()?);
    let wrapped = STANDARD.decode(generated.ciphertext_blob).ok()?;
    let readable = !generated.key_id.is_empty() && !wrapped.is_empty();
    Some(DataKey {
        plaintext: Zeroizing::new(plaintext.as_slice().try_into().ok()?),
        provider_id: PROVIDER_ID,
        provider_information: generated.key_id.into_bytes(),
        wrapped,
    })
    .filter(|_| readable)
}

/// The name of an error, without the namespace that some write before it. What is no name is not repeated.
fn fault_code(body: &[u8]) -> Option<String> {
    let fault: Fault = serde_json::from_slice(body).ok()?;
    let code = fault.kind.rsplit('#').next()?;
    let plain = !code.is_empty() && code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| code.to_owned())
}

impl fmt::Debug for Kms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Kms")
            .field("host", &self.url.host_str().unwrap_or_default())
            .finish_non_exhaustive()
    }
}
