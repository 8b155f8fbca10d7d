//! What an operation of a service is, as a type.

use serde::{Serialize, de::DeserializeOwned};

use crate::Shape;

/// One operation of the service model: its name, its authorisation, its shapes and its errors travel together.
pub trait Operation: 'static {
    /// The name after the dot of `X-Amz-Target`.
    const NAME: &'static str;
    /// How the caller proves who they are before the input is looked at.
    const AUTH: Auth;
    /// The constraint table of the input structure.
    const INPUT: &'static Shape;
    /// The shape of the answer; `None` means that a success has an empty body.
    const OUTPUT: Option<&'static Shape>;
    /// Whether a success has a JSON body.
    const HAS_OUTPUT: bool = Self::OUTPUT.is_some();
    /// The names of the errors that the model allows here.
    const ERRORS: &'static [&'static str];

    /// The typed input, read once the constraints hold.
    type Input: DeserializeOwned + Send + 'static;
    /// The typed answer; `()` when there is no body.
    type Output: Serialize + Send + 'static;
}

/// How the caller of an operation is authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// No signature; a client id or an access token is a member of the input. A signature is ignored.
    Unsigned,
    /// A Signature Version 4 signature is required.
    SigV4,
    /// A signature is verified when there is one, and may be absent.
    Either,
}

/// What the operations of one service have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// What stands before the dot of `X-Amz-Target`.
    pub target_prefix: &'static str,
    /// The service's name in a credential scope.
    pub signing_name: &'static str,
    /// The name of the error that reports violated constraints.
    pub validation_error: &'static str,
}

/// An [`Operation`] as data, for those who meet it by name.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// See [`Operation::NAME`].
    pub name: &'static str,
    /// See [`Operation::AUTH`].
    pub auth: Auth,
    /// See [`Operation::INPUT`].
    pub input: &'static Shape,
    /// See [`Operation::OUTPUT`].
    pub output: Option<&'static Shape>,
    /// See [`Operation::ERRORS`].
    pub errors: &'static [&'static str],
}

impl Description {
    /// The description of `O`.
    pub const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            auth: O::AUTH,
            input: O::INPUT,
            output: O::OUTPUT,
            errors: O::ERRORS,
        }
    }
}
