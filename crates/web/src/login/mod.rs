//! The pages of managed login.

pub mod accounts;
pub mod assets;
pub mod brand;
pub mod challenges;
pub mod headers;
pub mod passkeys;
pub mod sign_in;
pub mod texts;
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        unused_imports,
        reason = "pages whose handlers are still to come have no reader yet"
    )
)]
pub mod views;
pub mod visit;
