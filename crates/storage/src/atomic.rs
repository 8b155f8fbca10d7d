//! Several statements that are one write.

use crate::conn::{Conn, Tx};
use crate::error::Result;

/// The transaction that a repository was made in, or one of its own.
pub(crate) enum Atomic<'a> {
    Own(Tx),
    Callers(&'a mut Tx),
}

impl<'a> Atomic<'a> {
    /// Begins a transaction unless there is one. Undone when dropped before [`Self::commit`]; a caller's transaction
    /// is the caller's to drop.
    pub(crate) async fn begin(conn: Conn<'a>) -> Result<Self> {
        Ok(match conn {
            Conn::Pool(db) => Self::Own(db.begin().await?),
            Conn::Tx(tx) => Self::Callers(tx),
        })
    }

    /// Where the statements run.
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Own(tx) => tx.conn(),
            Self::Callers(tx) => tx.conn(),
        }
    }

    /// Commits a transaction of one's own.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Own(tx) => tx.commit().await,
            Self::Callers(_) => Ok(()),
        }
    }
}
