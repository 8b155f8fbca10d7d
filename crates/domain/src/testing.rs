//! What the unit tests of several modules share.

use std::fmt::Debug;

use poolhouse_model::UserPoolType;

use crate::attributes::Attributes;
use crate::{Error, Result};

/// The sentence of the [`Error::InvalidParameter`] that `result` must be.
pub fn invalid_parameter<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::InvalidParameter(sentence)) => sentence.into_owned(),
        other => panic!("not an invalid parameter: {other:?}"),
    }
}

/// Attributes from literals.
pub fn attributes<const N: usize>(pairs: [(&str, &str); N]) -> Attributes {
    pairs.into_iter().collect()
}

/// A pool with the settings that `set` gives it.
pub fn pool(set: impl FnOnce(&mut UserPoolType)) -> UserPoolType {
    let mut pool = UserPoolType::default();
    set(&mut pool);
    pool
}
