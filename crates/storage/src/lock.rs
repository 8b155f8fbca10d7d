//! A lock between the programs that use one SQLite file.

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};

/// An operating system lock on the file `NAME-lock` beside a database, held until dropped.
///
/// Not on the database itself: closing a second handle of it would release SQLite's own locks.
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock.
    pub(crate) async fn beside(database: &Path) -> Result<Self> {
        let mut path = database.as_os_str().to_owned();
        path.push("-lock");
        let take = move || {
            let file = File::options().write(true).create(true).truncate(false).open(path)?;
            file.lock()?;
            Ok(Self { _file: file })
        };
        tokio::task::spawn_blocking(take)
            .await
            .map_err(|error| Error::Unavailable(error.into()))?
            .map_err(|error: std::io::Error| Error::Unavailable(error.into()))
    }
}
