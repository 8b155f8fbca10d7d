//! The tag by which tests fix the id of a pool.

use std::collections::BTreeMap;

use poolhouse_domain::{Error, Result};
use poolhouse_engine::{CUSTOM_ID, Cx, Mode};

/// The longest pool id.
const POOL_ID_LENGTH: usize = 55;

/// Takes the id out of `tags`, if it is there: of the region that is called, and in the form of others.
pub(super) fn take(cx: &Cx, tags: Option<&mut BTreeMap<String, String>>) -> Result<Option<String>> {
    let Some(id) = tags.and_then(|tags| tags.remove(CUSTOM_ID)) else {
        return Ok(None);
    };
    if cx.settings.mode != Mode::Development {
        return Err(Error::Tagging(
            "The tag _custom_id_ is available in development mode only.".into(),
        ));
    }
    let region = &cx.request.region;
    let name = id.strip_prefix(region).and_then(|rest| rest.strip_prefix('_'));
    let fits = name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if fits && id.len() <= POOL_ID_LENGTH {
        Ok(Some(id))
    } else {
        Err(Error::invalid_parameter(format!(
            "_custom_id_ must be {region}_ followed by letters and digits."
        )))
    }
}
