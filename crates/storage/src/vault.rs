//! Sealing the secrets that stand in documents.

use std::sync::Arc;

use poolhouse_crypto::entropy::Entropy;
use poolhouse_crypto::seal::{Purpose, SealError, Sealer};

/// Seals and opens secrets, each bound to the row that it stands in.
pub(crate) struct Vault {
    sealer: Arc<Sealer>,
    entropy: Arc<dyn Entropy>,
}

impl Vault {
    pub(crate) fn new(sealer: Arc<Sealer>, entropy: Arc<dyn Entropy>) -> Self {
        Self { sealer, entropy }
    }

    /// Tells this master key from others, and nothing else about it.
    pub(crate) fn fingerprint(&self) -> String {
        self.sealer.keyed_hash(Purpose::new("fingerprint"), &[]).to_base64url()
    }

    /// Seals `secret` for the place that `row` names: table, pool and key. It opens nowhere else.
    pub(crate) fn seal(&self, purpose: Purpose, row: &[&str], secret: &[u8]) -> Result<String, SealError> {
        self.sealer
            .seal(purpose, place(row).as_bytes(), secret, self.entropy.as_ref())
    }

    /// Opens what [`Self::seal`] made for the same place.
    pub(crate) fn open(
        &self,
        purpose: Purpose,
        row: &[&str],
        sealed: &str,
    ) -> Result<impl std::ops::Deref<Target = Vec<u8>> + use<>, SealError> {
        self.sealer.open(purpose, place(row).as_bytes(), sealed)
    }
}

/// Ids of pools, clients and keys never hold a bar.
fn place(row: &[&str]) -> String {
    row.join("|")
}
