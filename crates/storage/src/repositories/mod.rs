//! One repository for each kind of thing.

mod clients;
mod codes;
mod counters;
mod devices;
mod expiry;
mod families;
mod groups;
mod lockouts;
mod passkeys;
mod pools;
mod sessions;
mod signing_keys;
mod user_names;
mod user_search;
mod users;

pub use clients::Clients;
pub use codes::Codes;
pub use counters::Counters;
pub use devices::Devices;
pub use families::Families;
pub use groups::Groups;
pub use lockouts::Lockouts;
pub use passkeys::Passkeys;
pub use pools::Pools;
pub use sessions::{SessionFound, Sessions};
pub use signing_keys::SigningKeys;
pub use user_search::user_position;
pub use users::Users;
